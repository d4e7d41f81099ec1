import type { StreamVersion } from '../contract/consistencyToken.js'
import type { OrderDocument, OrderStatus } from '../contract/documents.js'
import type { FeedPosition } from './announcementFeed.js'
import type { OrderFilter } from './orderQueries.js'

export type { StreamVersion }

/**
 * What a reader is about to look at, and so what has to show the version:
 * - document: the stream's own document (order, customer or product) by id
 * - timeline: the order's timeline
 * - lists: lists, search and statistics (for a customer's stream: the orders of the customer, in lists and search)
 * - order: that one order, if it is the customer's, by id
 */
export type View =
  | { readonly kind: 'document' }
  | { readonly kind: 'timeline' }
  | { readonly kind: 'lists' }
  | { readonly kind: 'order'; readonly orderId: string }

export type WaitOutcome =
  | { readonly kind: 'reached' }
  /** currentVersion: what the slowest view shows, 0 when it shows nothing yet. */
  | { readonly kind: 'timedOut'; readonly currentVersion: number }
  | { readonly kind: 'parked'; readonly currentVersion: number }

export interface WaitOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly connection?: object
  /** Reached only when no other gateway can show less either. Default: this gateway's reads are what matters. */
  readonly everywhere?: boolean
}

/**
 * The one waiting mechanism behind `atLeast`, `projected` and `projectionCompleted`: listen, look, wait; one re-check timer for all.
 * A lost announcement costs time, never the answer.
 */
export interface VersionWaiter {
  /** Never rejects for lateness; throws TooManyWaiters beyond the bounds, StoreUnavailable when the store stays unreachable until the deadline. */
  waitFor(target: StreamVersion, views: readonly View[], options: WaitOptions): Promise<WaitOutcome>
}

export interface OrderChangeItem {
  /** orderChanged: the order's version. ordersChanged: the position in the feed. The gateway wraps it into the API's opaque cursor. */
  readonly cursor: { readonly version: number } | { readonly feed: FeedPosition }
  readonly type: string
  readonly version: number
  /** Null where the status did not change, and on a present state. */
  readonly previousStatus: OrderStatus | null
  /** Shows at least this change. */
  readonly order: OrderDocument
}

export interface OrderWatcher {
  /**
   * Without `sinceVersion`: the present state first, then every change in order. With it: the next change behind it first.
   * Waits for an order that is not there yet, and begins with its creation then. The listener is registered before the call returns. Ends when `signal` aborts.
   */
  watchOrder(
    orderId: string,
    options: { readonly sinceVersion?: number; readonly signal: AbortSignal },
  ): AsyncIterable<OrderChangeItem>
  /** Every change from now on, or behind `since`, that `filter` takes as of after the change. Throws ResumeExpired, InvalidSince. */
  watchOrders(
    filter: OrderFilter,
    options: { readonly since?: FeedPosition; readonly signal: AbortSignal },
  ): Promise<AsyncIterable<OrderChangeItem>>
}

export class TooManyWaiters extends Error {
  override readonly name = 'TooManyWaiters'
  readonly retryable = true
}

/** The cursor is older than what is kept: load the list again and subscribe without since. */
export class ResumeExpired extends Error {
  override readonly name = 'ResumeExpired'
}

/** A since that no feed of ours gave out. */
export class InvalidSince extends Error {
  override readonly name = 'InvalidSince'
}
