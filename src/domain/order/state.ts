import type { Money } from '../money.js'
import type { OrderLine } from './events.js'

export type OrderStatus = 'PENDING' | 'CONFIRMED' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED'

/** The order before its first event. */
export interface NoOrder {
  readonly status: 'NONE'
}

/** What every existing order has, whatever its status. Instants are RFC 3339 in UTC. */
export interface OrderBasics {
  readonly customerId: string
  /** Lines with the same sku and the same price are one line. */
  readonly items: readonly OrderLine[]
  readonly total: Money
  readonly paid: Money
  readonly createdAt: string
}

export type PendingOrder = OrderBasics & { readonly status: 'PENDING' }
export type ConfirmedOrder = OrderBasics & { readonly status: 'CONFIRMED'; readonly confirmedAt: string }
export type ShippedOrder = OrderBasics & {
  readonly status: 'SHIPPED'
  readonly confirmedAt: string
  readonly shippedAt: string
  readonly trackingNumber: string
}
export type DeliveredOrder = OrderBasics & {
  readonly status: 'DELIVERED'
  readonly confirmedAt: string
  readonly shippedAt: string
  readonly trackingNumber: string
  readonly deliveredAt: string
}
/** Keeps what was known of the shipment, because an estimate of the delivery was given from it. */
export type CancelledOrder = OrderBasics & {
  readonly status: 'CANCELLED'
  readonly cancelledAt: string
  readonly reason: string
  readonly shippedAt: string | null
}

export type ExistingOrder = PendingOrder | ConfirmedOrder | ShippedOrder | DeliveredOrder | CancelledOrder
export type OrderState = NoOrder | ExistingOrder
