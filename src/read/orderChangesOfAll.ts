import type { OrderDocument } from '../contract/documents.js'
import type { AnnouncementRing, OrderChangeAnnouncement, RingIndex } from './announcementRing.js'
import type { BatchedDocuments } from './batchedDocuments.js'
import type { OrderChangeItem } from './consistency.js'
import { StoreUnavailable } from './documentStore.js'
import { matchesFilter } from './matchesFilter.js'
import type { OrderFilter } from './orderQueries.js'
import { WakeUp } from './wakeUp.js'

/** Changes taken at once, whose documents are read together. */
const BATCH = 100
/** After a read that failed or, against the contract of an announcement, showed less than announced. */
const READ_AGAIN_MS = 500

/**
 * Changes of all orders that a filter takes, from an index of the ring on.
 *
 * It holds its place in the ring and at most one batch, however slow its reader is. Throws ResumeExpired where the ring moves past its place.
 */
export class OrderChangesOfAll {
  readonly #filter: OrderFilter
  readonly #ring: AnnouncementRing
  readonly #documents: BatchedDocuments
  readonly #signal: AbortSignal
  readonly #wakeUp = new WakeUp()
  /** Where to take on; undefined while everything is taken, however far the ring moves on with changes that are not ours. */
  #next: RingIndex | undefined

  constructor(
    filter: OrderFilter,
    from: RingIndex,
    parts: { readonly ring: AnnouncementRing; readonly documents: BatchedDocuments; readonly signal: AbortSignal },
  ) {
    this.#filter = filter
    this.#next = from
    this.#ring = parts.ring
    this.#documents = parts.documents
    this.#signal = parts.signal
  }

  async *items(): AsyncGenerator<OrderChangeItem, undefined> {
    const stopListening = this.#listen()
    const wake = () => this.#wakeUp.ring()
    this.#signal.addEventListener('abort', wake, { once: true })
    try {
      while (!this.#signal.aborted) {
        if (this.#next === undefined) await this.#wakeUp.heard()
        else yield* this.#withDocuments(this.#take(this.#next))
      }
    } finally {
      this.#signal.removeEventListener('abort', wake)
      stopListening()
    }
  }

  #listen(): () => void {
    const hear = (from: RingIndex) => {
      this.#next ??= from
      this.#wakeUp.ring()
    }
    const { customerId } = this.#filter
    return customerId === undefined ? this.#ring.onAppended(hear) : this.#ring.onCustomersOrders(customerId, hear)
  }

  #take(from: RingIndex): readonly OrderChangeAnnouncement[] {
    const { changes, next } = this.#ring.take(from, BATCH, (order) => matchesFilter(order, this.#filter))
    this.#next = next === this.#ring.end ? undefined : next
    return changes
  }

  async *#withDocuments(changes: readonly OrderChangeAnnouncement[]): AsyncGenerator<OrderChangeItem, undefined> {
    const orders = await Promise.all(changes.map(({ event }) => this.#shownAtLeast(event.order.orderId, event.version)))
    for (const [index, { position, event }] of changes.entries()) {
      const order = orders[index]
      if (this.#signal.aborted || !order) return
      const { type, version } = event
      yield { cursor: { feed: position }, type, version, previousStatus: event.order.previousStatus, order }
    }
  }

  /** Undefined once the signal has aborted. */
  async #shownAtLeast(orderId: string, version: number): Promise<OrderDocument | undefined> {
    while (!this.#signal.aborted) {
      const order = await this.#read(orderId, version)
      if (order && order.version >= version) return order
      await this.#pause()
    }
    return undefined
  }

  async #read(orderId: string, version: number): Promise<OrderDocument | undefined> {
    try {
      return await this.#documents.load('orders', orderId, (cached) => cached.version >= version)
    } catch (error) {
      if (error instanceof StoreUnavailable) return undefined
      throw error
    }
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, READ_AGAIN_MS)
    const end = () => resolve()
    this.#signal.addEventListener('abort', end, { once: true })
    await promise
    clearTimeout(timer)
    this.#signal.removeEventListener('abort', end)
  }
}
