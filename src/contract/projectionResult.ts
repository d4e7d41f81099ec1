import type { OrderStatus, ProjectionName } from './documents.js'

/**
 * The announcement of one applied event, published after the documents are durable: a get by id shows them now (DOCUMENT). No personal data.
 *
 * At least once, in order per stream.
 */
export type ProjectionResult = AppliedEvent | OrdersOfCustomerUpdated | StreamParked

export interface AppliedEvent {
  readonly kind: 'applied'
  /** The projections whose documents now show it. */
  readonly projections: readonly ProjectionName[]
  readonly streamId: string
  readonly version: number
  /** The event's type. */
  readonly type: string
  /**
   * When the event was recorded, by the clock of the log's database. Absent where a stream leaves quarantine, since how long it was in there is not how
   * long a write takes to be visible, and in announcements of earlier releases.
   */
  readonly recordedAt?: string
  /** For the events of an order: what a filter of `ordersChanged` asks, as of this version. */
  readonly order: OrderAnnouncement | null
}

export interface OrderAnnouncement {
  readonly orderId: string
  readonly customerId: string
  readonly status: OrderStatus
  /** Set where this event changed the status. */
  readonly previousStatus: OrderStatus | null
  readonly createdAt: string
  readonly currency: string
  readonly totalMinor: number
  readonly skus: readonly string[]
}

/** Every order of the customer shows at least this customer version, in lists, search and statistics too. */
export interface OrdersOfCustomerUpdated {
  readonly kind: 'ordersOfCustomer'
  /** The customer's stream. */
  readonly streamId: string
  readonly version: number
}

/** The stream's events are not applied any more until it is released. `version` is the first that is not. */
export interface StreamParked {
  readonly kind: 'parked'
  readonly projections: readonly ProjectionName[]
  readonly streamId: string
  readonly version: number
}
