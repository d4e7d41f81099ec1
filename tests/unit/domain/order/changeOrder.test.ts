import { describe, expect, it } from 'vitest'
import type { RefusalCode } from '../../../../src/domain/message.js'
import type { OrderCommand } from '../../../../src/domain/order/commands.js'
import type { OrderEvent } from '../../../../src/domain/order/events.js'
import type { OrderState } from '../../../../src/domain/order/state.js'
import { given } from '../../../support/given.js'
import {
  addItem,
  CATALOGUE,
  cancel,
  cancelled,
  confirm,
  confirmed,
  created,
  day,
  deliver,
  delivered,
  HISTORIES,
  itemAdded,
  line,
  order,
  paid,
  pay,
  ship,
  shipped,
  usd,
} from './orderFixture.js'

type Status = OrderState['status']
type Answer = OrderEvent | RefusalCode

const STATUSES: readonly Status[] = ['NONE', 'PENDING', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED']
const pen = itemAdded(line('pen', 1))
const one = paid(100n)

/** Every command in every state: the event it leads to, or the code of its refusal. Columns as in STATUSES. */
const ANSWERS: readonly (readonly [OrderCommand, readonly Answer[]])[] = [
  [
    addItem('pen', 1),
    ['ORDER_NOT_FOUND', pen, 'ORDER_NOT_PENDING', 'ORDER_NOT_PENDING', 'ORDER_NOT_PENDING', 'ORDER_NOT_PENDING'],
  ],
  [pay(100n), ['ORDER_NOT_FOUND', one, one, one, one, 'ALREADY_CANCELLED']],
  [
    confirm,
    ['ORDER_NOT_FOUND', confirmed, 'ORDER_NOT_PENDING', 'ORDER_NOT_PENDING', 'ORDER_NOT_PENDING', 'ORDER_NOT_PENDING'],
  ],
  [
    ship,
    [
      'ORDER_NOT_FOUND',
      'ORDER_NOT_CONFIRMED',
      shipped,
      'ORDER_NOT_CONFIRMED',
      'ORDER_NOT_CONFIRMED',
      'ORDER_NOT_CONFIRMED',
    ],
  ],
  [
    deliver,
    ['ORDER_NOT_FOUND', 'ORDER_NOT_SHIPPED', 'ORDER_NOT_SHIPPED', delivered, 'ORDER_NOT_SHIPPED', 'ORDER_NOT_SHIPPED'],
  ],
  [cancel, ['ORDER_NOT_FOUND', cancelled, cancelled, cancelled, 'CANNOT_CANCEL_DELIVERED_ORDER', 'ALREADY_CANCELLED']],
]

describe.each(ANSWERS)('$type', (command, answers) => {
  it.each(STATUSES.map((status, column) => [status, answers[column] as Answer] as const))('%s', (status, answer) => {
    const specification = given(order, ...HISTORIES[status])
    if (typeof answer !== 'string') return specification.whenThen(command, answer)
    specification.whenRefused(command, answer, { field: ['orderId'], says: ['"o-1"'] })
  })
})

describe('a refusal because of the state', () => {
  it('names the state that is needed and the one that was found', () => {
    given(order, ...HISTORIES.SHIPPED).whenRefused(confirm, 'ORDER_NOT_PENDING', {
      says: ['to be PENDING', 'found SHIPPED'],
    })
    given(order, ...HISTORIES.CANCELLED).whenRefused(ship, 'ORDER_NOT_CONFIRMED', {
      says: ['to be CONFIRMED', 'found CANCELLED'],
    })
  })

  it('says when it happened', () => {
    given(order, ...HISTORIES.DELIVERED).whenRefused(cancel, 'CANNOT_CANCEL_DELIVERED_ORDER', {
      says: [day(6).occurredAt],
    })
    given(order, ...HISTORIES.CANCELLED).whenRefused(cancel, 'ALREADY_CANCELLED', { says: [day(7).occurredAt] })
  })

  it('comes before a fault of the input', () => {
    given(order, ...HISTORIES.CANCELLED).whenRefused(addItem('chair', 0), 'ORDER_NOT_PENDING')
    given(order, ...HISTORIES.CANCELLED).whenRefused(pay(-1n, 'JPY'), 'ALREADY_CANCELLED')
  })
})

describe('AddOrderItem', () => {
  const pending = given(order, ...HISTORIES.PENDING)

  it.each([0, -1, 1_000_001, 2 ** 31])('refuses a quantity of %d', (quantity) => {
    pending.whenRefused(addItem('pen', quantity), 'INVALID_QUANTITY', {
      field: ['item', 'quantity'],
      says: [`found ${quantity}`],
    })
  })

  it('refuses a quantity that grows beyond a million together with what is ordered', () => {
    pending.whenThen(addItem('lamp', 999_998), itemAdded(line('lamp', 999_998)))
    pending.whenRefused(addItem('lamp', 999_999), 'INVALID_QUANTITY', {
      field: ['item', 'quantity'],
      says: ['found 1000001'],
    })
  })

  it('refuses a product that the catalogue does not have', () => {
    pending.whenRefused(addItem('chair', 1), 'UNKNOWN_PRODUCT', { field: ['item', 'sku'], says: ['"chair"'] })
  })

  it('refuses a product in another currency than the order', () => {
    pending.whenRefused(addItem('tea', 1), 'CURRENCY_MISMATCH', { field: ['item', 'sku'], says: ['USD', 'JPY'] })
  })

  it('refuses a total beyond the largest amount', () => {
    pending.whenRefused(addItem('moon', 1), 'INVALID_INPUT', { field: ['item'], says: ['90071992547409.91 USD'] })
  })

  it('refuses a line beyond the 500 of an order, and none that merges', () => {
    const skus = Array.from({ length: 501 }, (_, index) => `sku-${index}`)
    const catalogue = new Map(skus.map((sku) => [sku, { name: sku, unitPrice: usd(100n) }]))
    const lines = skus.slice(0, 500).map((sku) => ({ sku, productName: sku, unitPrice: usd(100n), quantity: 1 }))
    const full = given(order, created(...lines))
    full.whenRefused(addItem('sku-500', 1, catalogue), 'INVALID_INPUT', {
      field: ['item'],
      says: ['at most 500', 'found 501'],
    })
    full.whenThen(addItem('sku-0', 1, catalogue), itemAdded(lines[0] ?? expect.fail()))
  })

  it('takes the price of today, and leaves what was ordered before at its own', () => {
    const dearer = new Map([...CATALOGUE, ['lamp', { name: 'Lamp', unitPrice: usd(2490n) }] as const])
    pending.whenThen(addItem('lamp', 999_999, dearer), itemAdded({ ...line('lamp', 999_999), unitPrice: usd(2490n) }))
  })
})

describe('RecordPayment', () => {
  const pending = given(order, ...HISTORIES.PENDING)

  it('takes the whole total, also in parts', () => {
    pending.whenThen(pay(3980n), paid(3980n))
    given(order, ...HISTORIES.PENDING, paid(3000n)).whenThen(pay(980n), paid(980n))
  })

  it('takes more once items were added', () => {
    given(order, ...HISTORIES.PENDING, paid(3980n), pen).whenThen(pay(100n), paid(100n))
  })

  it('refuses more than is still to pay', () => {
    pending.whenRefused(pay(3981n), 'OVERPAYMENT', { field: ['amount', 'amount'], says: ['39.80 USD', '39.81 USD'] })
    given(order, ...HISTORIES.DELIVERED, paid(3000n)).whenRefused(pay(981n), 'OVERPAYMENT', {
      says: ['9.80 USD', '9.81 USD'],
    })
  })

  it.each([0n, -1n])('refuses an amount of %d', (amountMinor) => {
    pending.whenRefused(pay(amountMinor), 'INVALID_INPUT', { field: ['amount', 'amount'], says: ['greater than zero'] })
  })

  it("refuses another currency than the order's", () => {
    pending.whenRefused(pay(100n, 'EUR'), 'CURRENCY_MISMATCH', {
      field: ['amount', 'currency'],
      says: ['USD', '1.00 EUR'],
    })
  })
})

describe('the specification itself', () => {
  it('fails where a refusal was expected and an event came', () => {
    expect(() => given(order, ...HISTORIES.PENDING).whenRefused(confirm, 'ORDER_NOT_PENDING')).toThrow('OrderConfirmed')
  })

  it('fails where another refusal came, or none', () => {
    expect(() => given(order).whenRefused(confirm, 'ORDER_NOT_PENDING')).toThrow('ORDER_NOT_FOUND')
    expect(() => given(order).whenThen(confirm, confirmed)).toThrow()
    expect(() => given(order).whenRefused(confirm, 'ORDER_NOT_FOUND', { field: ['items'] })).toThrow()
    expect(() => given(order).whenRefused(confirm, 'ORDER_NOT_FOUND', { says: ['"o-2"'] })).toThrow()
  })

  it('fails where the event differs', () => {
    expect(() => given(order).whenThen(confirm, created(line('lamp', 1)))).toThrow()
  })
})
