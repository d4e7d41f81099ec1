/**
 * The read models. Each document is whole (a projection gives the next one from the last), carries the version of every stream that it is
 * made of under a fixed field name, and holds amounts as integer minor units. Instants are RFC 3339 in UTC with milliseconds.
 */

export type OrderStatus = 'PENDING' | 'CONFIRMED' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED'

export interface OrderItemDocument {
  readonly sku: string
  readonly productName: string
  readonly unitPriceMinor: number
  readonly quantity: number
  readonly lineTotalMinor: number
}

export interface AddressDocument {
  readonly line1: string
  readonly line2: string | null
  readonly city: string
  readonly region: string | null
  readonly postalCode: string
  readonly country: string
}

/** Order summary: fed by the order's stream and by its customer's. */
export interface OrderDocument {
  readonly id: string
  /** Stream version of the order that this shows. */
  readonly version: number
  readonly customerId: string
  /** Stream version of the customer whose name and e-mail this shows; 0 while the customer has not been looked at. */
  readonly customerVersion: number
  readonly customerName: string | null
  readonly customerEmail: string | null
  readonly status: OrderStatus
  readonly items: readonly OrderItemDocument[]
  readonly currency: string
  readonly totalMinor: number
  readonly paidMinor: number
  /** Null once the customer is forgotten. */
  readonly shippingAddress: AddressDocument | null
  /** As written, the empty string when there is none; outlives the address, for statistics alone. */
  readonly region: string
  readonly country: string
  readonly trackingNumber: string | null
  readonly cancellationReason: string | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly confirmedAt: string | null
  readonly shippedAt: string | null
  readonly deliveredAt: string | null
  readonly cancelledAt: string | null
  readonly estimatedDelivery: string
}

export interface OrderTimelineEntryDocument {
  readonly version: number
  /** The event's type. */
  readonly type: string
  readonly summary: string
  /** Set where this event changed the status. */
  readonly previousStatus: OrderStatus | null
  readonly occurredAt: string
  readonly actor: string
  readonly traceId: string | null
}

/** What happened to one order, oldest first: entry n is stream version n. */
export interface OrderTimelineDocument {
  readonly id: string
  readonly version: number
  readonly customerId: string
  readonly status: OrderStatus
  readonly entries: readonly OrderTimelineEntryDocument[]
}

export interface CustomerDocument {
  readonly id: string
  readonly version: number
  /** The customer version that every one of the customer's orders shows at least, searchable; behind `version` while a sweep is under way. */
  readonly ordersVersion: number
  readonly name: string | null
  readonly email: string | null
  readonly forgotten: boolean
  readonly registeredAt: string
  readonly updatedAt: string
}

export interface ProductDocument {
  readonly id: string
  readonly version: number
  readonly name: string
  readonly category: string | null
  readonly currency: string
  readonly unitPriceMinor: number
  readonly onHand: number
  readonly updatedAt: string
}

/** Every read model by the name of its projection. The names never change between releases. */
export interface Documents {
  readonly orders: OrderDocument
  readonly orderTimelines: OrderTimelineDocument
  readonly customers: CustomerDocument
  readonly products: ProductDocument
}

export type ProjectionName = keyof Documents

export const PROJECTION_NAMES: readonly ProjectionName[] = ['orders', 'orderTimelines', 'customers', 'products']
