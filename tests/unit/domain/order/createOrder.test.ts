import { describe, it } from 'vitest'
import { given } from '../../../support/given.js'
import { created, createOrder, HISTORIES, line, order } from './orderFixture.js'

const repeat = (count: number, sku: string, quantity: number) =>
  Array.from({ length: count }, (): [string, number] => [sku, quantity])

describe('CreateOrder', () => {
  it("takes prices and names from the catalogue, and happens at the command's time", () => {
    given(order).whenThen(
      createOrder([
        ['lamp', 2],
        ['desk', 1],
      ]),
      created(line('lamp', 2), line('desk', 1)),
    )
  })

  it('makes one line of lines with the same sku, at the place of the first', () => {
    given(order).whenThen(
      createOrder([
        ['lamp', 2],
        ['desk', 1],
        ['lamp', 3],
      ]),
      created(line('lamp', 5), line('desk', 1)),
    )
  })

  it('gives away what is free, beside what is not', () => {
    given(order).whenThen(
      createOrder([
        ['sticker', 1],
        ['lamp', 1],
      ]),
      created(line('sticker', 1), line('lamp', 1)),
    )
  })

  it('accepts the most that is allowed: 500 lines, a quantity of a million', () => {
    given(order).whenThen(createOrder(repeat(500, 'pen', 1)), created(line('pen', 500)))
    given(order).whenThen(createOrder([['pen', 1_000_000]]), created(line('pen', 1_000_000)))
    given(order).whenThen(createOrder(repeat(2, 'pen', 500_000)), created(line('pen', 1_000_000)))
  })

  it('refuses an id that is taken, whatever became of the order', () => {
    for (const history of [HISTORIES.PENDING, HISTORIES.DELIVERED, HISTORIES.CANCELLED]) {
      given(order, ...history).whenRefused(createOrder([]), 'ORDER_ALREADY_EXISTS', {
        field: ['orderId'],
        says: ['"o-1"'],
      })
    }
  })

  it('refuses an order without items', () => {
    given(order).whenRefused(createOrder([]), 'EMPTY_ORDER', { field: ['items'] })
  })

  it('refuses more than 500 lines, also where they would merge', () => {
    given(order).whenRefused(createOrder(repeat(501, 'pen', 1)), 'INVALID_INPUT', {
      field: ['items'],
      says: ['at most 500', 'found 501'],
    })
  })

  it.each([0, -1, 1_000_001, 2 ** 31, 1.5, Number.NaN])('refuses a quantity of %d, naming the line', (quantity) => {
    given(order).whenRefused(
      createOrder([
        ['desk', 1],
        ['lamp', quantity],
      ]),
      'INVALID_QUANTITY',
      {
        field: ['items', '1', 'quantity'],
        says: ['1 to 1000000', `found ${quantity}`],
      },
    )
  })

  it('refuses a merged quantity above a million, naming the last of its lines', () => {
    given(order).whenRefused(
      createOrder([
        ['pen', 999_999],
        ['desk', 1],
        ['pen', 2],
      ]),
      'INVALID_QUANTITY',
      {
        field: ['items', '2', 'quantity'],
        says: ['"pen"', 'found 1000001'],
      },
    )
  })

  it('refuses a customer who is unknown or forgotten', () => {
    const field = ['customerId']
    given(order).whenRefused(createOrder([['lamp', 1]], { customer: 'unknown' }), 'UNKNOWN_CUSTOMER', {
      field,
      says: ['"c-1"'],
    })
    given(order).whenRefused(createOrder([['lamp', 1]], { customer: 'forgotten' }), 'CUSTOMER_FORGOTTEN', {
      field,
      says: ['"c-1"'],
    })
  })

  it('refuses a product that the catalogue does not have, naming the line', () => {
    given(order).whenRefused(
      createOrder([
        ['lamp', 1],
        ['chair', 1],
      ]),
      'UNKNOWN_PRODUCT',
      {
        field: ['items', '1', 'sku'],
        says: ['"chair"'],
      },
    )
  })

  it('refuses products of two currencies, naming the first that differs', () => {
    given(order).whenRefused(
      createOrder([
        ['lamp', 1],
        ['desk', 1],
        ['tea', 9],
      ]),
      'CURRENCY_MISMATCH',
      {
        field: ['items', '2', 'sku'],
        says: ['USD', 'JPY'],
      },
    )
  })

  it.each([
    ['USD', [['pen', 9]], '10.00 USD', '9.00 USD'],
    ['USD, all free', [['sticker', 1_000_000]], '10.00 USD', '0.00 USD'],
    ['JPY', [['yen', 9]], '10 JPY', '9 JPY'],
    ['KWD', [['cup', 1]], '10.000 KWD', '9.999 KWD'],
  ] as const)('refuses less than ten major units: %s', (_, items, minimum, found) => {
    given(order).whenRefused(createOrder(items), 'BELOW_MINIMUM_AMOUNT', { field: ['items'], says: [minimum, found] })
  })

  it.each([
    ['USD', [['pen', 10]]],
    ['JPY', [['yen', 10]]],
    [
      'KWD',
      [
        ['cup', 1],
        ['fils', 1],
      ],
    ],
  ] as const)('accepts exactly ten major units: %s', (_, items) => {
    given(order).whenThen(createOrder(items), created(...items.map(([sku, quantity]) => line(sku, quantity))))
  })

  it('refuses a total beyond the largest amount, of one line or of all', () => {
    given(order).whenThen(createOrder([['moon', 1]]), created(line('moon', 1)))
    given(order).whenRefused(createOrder([['moon', 2]]), 'INVALID_INPUT', {
      field: ['items'],
      says: ['90071992547409.91 USD'],
    })
    given(order).whenRefused(
      createOrder([
        ['moon', 1],
        ['pen', 1],
      ]),
      'INVALID_INPUT',
      { field: ['items'] },
    )
  })

  it('refuses what the caller can see before what only we know', () => {
    const unknown = { customer: 'unknown', catalogue: new Map() } as const
    given(order).whenRefused(createOrder([], unknown), 'EMPTY_ORDER')
    given(order).whenRefused(
      createOrder(
        [
          ['chair', 1],
          ['chair', 0],
        ],
        unknown,
      ),
      'INVALID_QUANTITY',
    )
    given(order).whenRefused(createOrder([['chair', 1]], unknown), 'UNKNOWN_CUSTOMER')
  })
})
