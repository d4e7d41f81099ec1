import type { CustomerContactChanged, CustomerForgotten, CustomerRegistered } from '../../src/domain/customer/events.js'
import type {
  OrderCancelled,
  OrderConfirmed,
  OrderCreated,
  OrderDelivered,
  OrderItemAdded,
  OrderLine,
  OrderShipped,
  PaymentProcessed,
} from '../../src/domain/order/events.js'
import type { InventoryUpdated, ProductAdded, ProductPriceChanged } from '../../src/domain/product/events.js'

/** Of every event here, unless another instant is given. */
export const OCCURRED_AT = '2026-03-01T09:30:00.000Z'

function happened(occurredAt = OCCURRED_AT) {
  return { metadata: { occurredAt } }
}

export function usd(amountMinor: number) {
  return { amountMinor: BigInt(amountMinor), currency: 'USD' }
}

export const TEA: OrderLine = { sku: 'TEA', productName: 'Tea', unitPrice: usd(995), quantity: 2 }
export const CUP: OrderLine = { sku: 'CUP', productName: 'Cup', unitPrice: usd(1250), quantity: 1 }

export function orderCreated(customerId: string, items: readonly OrderLine[] = [TEA], at?: string): OrderCreated {
  const personal = { line1: '1 Engine Way', line2: null, city: 'London', postalCode: 'N1' }
  const shippingAddress = { personal, region: null, country: 'GB' }
  return { type: 'OrderCreated', data: { customerId, items, shippingAddress }, ...happened(at) }
}

export function itemAdded(item: OrderLine = CUP, at?: string): OrderItemAdded {
  return { type: 'OrderItemAdded', data: { item }, ...happened(at) }
}

export function paymentProcessed(amountMinor: number, at?: string): PaymentProcessed {
  return { type: 'PaymentProcessed', data: { amount: usd(amountMinor), reference: 'card' }, ...happened(at) }
}

export function orderConfirmed(at?: string): OrderConfirmed {
  return { type: 'OrderConfirmed', data: {}, ...happened(at) }
}

export function orderShipped(trackingNumber = 'TRACK-1', at?: string): OrderShipped {
  return { type: 'OrderShipped', data: { trackingNumber }, ...happened(at) }
}

export function orderDelivered(at?: string): OrderDelivered {
  return { type: 'OrderDelivered', data: {}, ...happened(at) }
}

export function orderCancelled(reason = 'changed my mind', at?: string): OrderCancelled {
  return { type: 'OrderCancelled', data: { reason }, ...happened(at) }
}

export function customerRegistered(name = 'Ada Lovelace', email = 'ada@example.com', at?: string): CustomerRegistered {
  return { type: 'CustomerRegistered', data: { contact: { name, email } }, ...happened(at) }
}

export function contactChanged(
  contact: { readonly name?: string; readonly email?: string },
  at?: string,
): CustomerContactChanged {
  return { type: 'CustomerContactChanged', data: { contact }, ...happened(at) }
}

export function customerForgotten(at?: string): CustomerForgotten {
  return { type: 'CustomerForgotten', data: { reason: 'asked for it' }, ...happened(at) }
}

export function productAdded(name = 'Tea', at?: string): ProductAdded {
  return { type: 'ProductAdded', data: { name, category: 'Drinks', unitPrice: usd(995), onHand: 5 }, ...happened(at) }
}

export function priceChanged(amountMinor: number, name = 'Tea', at?: string): ProductPriceChanged {
  return { type: 'ProductPriceChanged', data: { name, unitPrice: usd(amountMinor) }, ...happened(at) }
}

export function inventoryUpdated(onHand: number, delta: number, at?: string): InventoryUpdated {
  return { type: 'InventoryUpdated', data: { onHand, delta, reason: 'counted' }, ...happened(at) }
}
