import type { CatalogueEntry, OrderCommand, OrderFacts } from '../../../../src/domain/order/commands.js'
import { decideOrder } from '../../../../src/domain/order/decide.js'
import type { OrderEvent, OrderLine } from '../../../../src/domain/order/events.js'
import { evolveOrder, initialOrder } from '../../../../src/domain/order/evolve.js'
import type { OrderState } from '../../../../src/domain/order/state.js'
import type { Aggregate } from '../../../support/given.js'

export const order: Aggregate<OrderState, OrderCommand, OrderEvent> = {
  initial: initialOrder,
  decide: decideOrder,
  evolve: evolveOrder,
}

export const ADDRESS = {
  personal: { line1: '1 Main Street', line2: null, city: 'Springfield', postalCode: '01101' },
  region: 'Massachusetts',
  country: 'US',
}

/** lamp 19.90 USD, desk 250.00 USD, pen 1.00 USD, sticker free, tea 500 JPY, cup 9.999 KWD. */
export const CATALOGUE: ReadonlyMap<string, CatalogueEntry> = new Map([
  ['lamp', { name: 'Lamp', unitPrice: { amountMinor: 1990n, currency: 'USD' } }],
  ['desk', { name: 'Desk', unitPrice: { amountMinor: 25_000n, currency: 'USD' } }],
  ['pen', { name: 'Pen', unitPrice: { amountMinor: 100n, currency: 'USD' } }],
  ['sticker', { name: 'Sticker', unitPrice: { amountMinor: 0n, currency: 'USD' } }],
  ['tea', { name: 'Tea', unitPrice: { amountMinor: 500n, currency: 'JPY' } }],
  ['yen', { name: 'One yen', unitPrice: { amountMinor: 1n, currency: 'JPY' } }],
  ['cup', { name: 'Cup', unitPrice: { amountMinor: 9_999n, currency: 'KWD' } }],
  ['fils', { name: 'One fils', unitPrice: { amountMinor: 1n, currency: 'KWD' } }],
  ['moon', { name: 'Moon', unitPrice: { amountMinor: 9_007_199_254_740_991n, currency: 'USD' } }],
])

export const usd = (amountMinor: bigint) => ({ amountMinor, currency: 'USD' })

/** Noon of that day of March 2026. */
export const day = (n: number) => ({ occurredAt: `2026-03-${String(n).padStart(2, '0')}T12:00:00.000Z` })

export const line = (sku: string, quantity: number): OrderLine => {
  const product = CATALOGUE.get(sku)
  if (!product) throw new Error(`Expected a sku of the test catalogue, found "${sku}".`)
  return { sku, productName: product.name, unitPrice: product.unitPrice, quantity }
}

export const createOrder = (
  items: readonly (readonly [sku: string, quantity: number])[],
  facts: Partial<OrderFacts> = {},
) =>
  ({
    type: 'CreateOrder',
    data: {
      orderId: 'o-1',
      customerId: 'c-1',
      items: items.map(([sku, quantity]) => ({ sku, quantity })),
      shippingAddress: ADDRESS,
      facts: { customer: 'registered', catalogue: CATALOGUE, ...facts },
    },
    metadata: day(1),
  }) as const

export const addItem = (sku: string, quantity: number, catalogue = CATALOGUE) =>
  ({
    type: 'AddOrderItem',
    data: { orderId: 'o-1', item: { sku, quantity }, facts: { catalogue } },
    metadata: day(2),
  }) as const

export const pay = (amountMinor: bigint, currency = 'USD') =>
  ({
    type: 'RecordPayment',
    data: { orderId: 'o-1', amount: { amountMinor, currency }, reference: 'transfer 7' },
    metadata: day(3),
  }) as const

export const confirm = { type: 'ConfirmOrder', data: { orderId: 'o-1' }, metadata: day(4) } as const
export const ship = { type: 'ShipOrder', data: { orderId: 'o-1', trackingNumber: 'T-1' }, metadata: day(5) } as const
export const deliver = { type: 'DeliverOrder', data: { orderId: 'o-1' }, metadata: day(6) } as const
export const cancel = {
  type: 'CancelOrder',
  data: { orderId: 'o-1', reason: 'changed my mind' },
  metadata: day(7),
} as const

export const created = (...items: readonly OrderLine[]): OrderEvent => ({
  type: 'OrderCreated',
  data: { customerId: 'c-1', items, shippingAddress: ADDRESS },
  metadata: day(1),
})
export const itemAdded = (item: OrderLine): OrderEvent => ({ type: 'OrderItemAdded', data: { item }, metadata: day(2) })
export const paid = (amountMinor: bigint): OrderEvent => ({
  type: 'PaymentProcessed',
  data: { amount: usd(amountMinor), reference: 'transfer 7' },
  metadata: day(3),
})
export const confirmed: OrderEvent = { type: 'OrderConfirmed', data: {}, metadata: day(4) }
export const shipped: OrderEvent = { type: 'OrderShipped', data: { trackingNumber: 'T-1' }, metadata: day(5) }
export const delivered: OrderEvent = { type: 'OrderDelivered', data: {}, metadata: day(6) }
export const cancelled: OrderEvent = { type: 'OrderCancelled', data: { reason: 'changed my mind' }, metadata: day(7) }

/** The way to each state, of an order of two lamps: 39.80 USD. */
export const HISTORIES = {
  NONE: [],
  PENDING: [created(line('lamp', 2))],
  CONFIRMED: [created(line('lamp', 2)), confirmed],
  SHIPPED: [created(line('lamp', 2)), confirmed, shipped],
  DELIVERED: [created(line('lamp', 2)), confirmed, shipped, delivered],
  CANCELLED: [created(line('lamp', 2)), cancelled],
} as const satisfies Record<OrderState['status'], readonly OrderEvent[]>
