import type { AddressDocument, OrderDocument, OrderItemDocument } from '../../src/contract/documents.js'
import type { Address } from '../../src/domain/order/address.js'
import { estimatedDelivery } from '../../src/domain/order/estimatedDelivery.js'
import type { OrderCreated, OrderEvent, OrderLine } from '../../src/domain/order/events.js'
import { mergeLines } from '../../src/domain/order/lines.js'
import { unreachable } from '../../src/domain/unreachable.js'
import { type EventFacts, type Projection, UnexpectedEvent } from './projection.js'

/** The order as lists and pages show it. Its customer's side is put in by customerOrders.ts and kept by every event here. */
export const orderSummary: Projection<'orders'> = (order, event, facts) => {
  return { ...change(order, event, facts), version: facts.version, updatedAt: event.metadata.occurredAt }
}

function change(order: OrderDocument | undefined, event: OrderEvent, facts: EventFacts): OrderDocument {
  if (event.type === 'OrderCreated') {
    if (order) throw new UnexpectedEvent('orders', event, facts)
    return created(event, facts)
  }
  if (!order) throw new UnexpectedEvent('orders', event, facts)
  const at = event.metadata.occurredAt
  switch (event.type) {
    case 'OrderItemAdded':
      return withItems(order, [...order.items.map((item) => lineOf(item, order.currency)), event.data.item])
    case 'PaymentProcessed':
      return { ...order, paidMinor: order.paidMinor + Number(event.data.amount.amountMinor) }
    case 'OrderConfirmed':
      return { ...order, status: 'CONFIRMED', confirmedAt: at }
    case 'OrderShipped':
      return estimated({ ...order, status: 'SHIPPED', shippedAt: at, trackingNumber: event.data.trackingNumber })
    case 'OrderDelivered':
      return estimated({ ...order, status: 'DELIVERED', deliveredAt: at })
    case 'OrderCancelled':
      return { ...order, status: 'CANCELLED', cancelledAt: at, cancellationReason: event.data.reason }
    default:
      return unreachable(event)
  }
}

function created({ data, metadata }: OrderCreated, { id, version }: EventFacts): OrderDocument {
  const empty: OrderDocument = {
    id,
    version,
    customerId: data.customerId,
    customerVersion: 0,
    customerName: null,
    customerEmail: null,
    status: 'PENDING',
    items: [],
    currency: data.items[0]?.unitPrice.currency ?? '',
    totalMinor: 0,
    paidMinor: 0,
    shippingAddress: addressOf(data.shippingAddress),
    region: data.shippingAddress.region ?? '',
    country: data.shippingAddress.country,
    trackingNumber: null,
    cancellationReason: null,
    createdAt: metadata.occurredAt,
    updatedAt: metadata.occurredAt,
    confirmedAt: null,
    shippedAt: null,
    deliveredAt: null,
    cancelledAt: null,
    estimatedDelivery: metadata.occurredAt,
  }
  return estimated(withItems(empty, data.items))
}

function estimated(order: OrderDocument): OrderDocument {
  return { ...order, estimatedDelivery: estimatedDelivery(order) }
}

function withItems(order: OrderDocument, lines: readonly OrderLine[]): OrderDocument {
  const items = mergeLines(lines).map(itemOf)
  return { ...order, items, totalMinor: items.reduce((total, item) => total + item.lineTotalMinor, 0) }
}

/** Amounts are bounded by MAX_AMOUNT_MINOR, so they and their sums here are exact as numbers. */
function itemOf({ sku, productName, unitPrice, quantity }: OrderLine): OrderItemDocument {
  const unitPriceMinor = Number(unitPrice.amountMinor)
  return { sku, productName, unitPriceMinor, quantity, lineTotalMinor: unitPriceMinor * quantity }
}

function lineOf({ sku, productName, unitPriceMinor, quantity }: OrderItemDocument, currency: string): OrderLine {
  return { sku, productName, unitPrice: { amountMinor: BigInt(unitPriceMinor), currency }, quantity }
}

function addressOf({ personal, region, country }: Address): AddressDocument | null {
  return personal && { ...personal, region, country }
}
