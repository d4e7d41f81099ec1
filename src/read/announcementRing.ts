import type { AppliedEvent, OrderAnnouncement, ProjectionResult } from '../contract/projectionResult.js'
import type { FeedItem, FeedPosition, FeedTail } from './announcementFeed.js'
import { ResumeExpired } from './consistency.js'
import { ListenersByKey } from './listenersByKey.js'

/** An event of an order, announced for the first time. */
export interface OrderChangeAnnouncement {
  readonly position: FeedPosition
  readonly event: AppliedEvent & { readonly order: OrderAnnouncement }
}

/** Counts announcements since the ring began; grows by one with each. Means something in this process only. */
export type RingIndex = number

/** A stream, as long as the ring holds any announcement of it. */
interface AnnouncedStream {
  /** Where any of it was announced last; forgotten with that entry. */
  readonly index: RingIndex
  /** The highest version announced with an order's facts. */
  readonly version: number
  /** The newest announcement of each kind, and of each set of projections. */
  readonly newest: readonly ProjectionResult[]
}

interface Entry {
  readonly position: FeedPosition
  readonly streamId: string
  /** Undefined where `ordersChanged` has nothing to say: another stream, a repeat, a parked stream. */
  readonly change: OrderChangeAnnouncement | undefined
}

export interface RingBounds {
  /** Announcements kept. */
  readonly capacity: number
  /** A repeat comes at most so many announcements after the event was announced last: what projectors may have announced but not yet committed. */
  readonly repeatSpan: number
}

/**
 * The recent part of the announcement feed, in memory: what one gateway fans out, and what `ordersChanged` resumes from.
 *
 * Listeners of a stream are found by its id, those of one customer's orders by the customer's; nobody is woken for what is not theirs.
 * Readers of changes keep an index and take from it at their own pace: a slow one falls out of the ring and is told so, it never makes a
 * buffer grow.
 */
export class AnnouncementRing {
  readonly #bounds: RingBounds
  readonly #entries: (Entry | undefined)[]
  readonly #indexes = new Map<FeedPosition, RingIndex>()
  readonly #announced = new Map<string, AnnouncedStream>()
  readonly #streamListeners = new ListenersByKey<ProjectionResult>()
  readonly #customerListeners = new ListenersByKey<RingIndex>()
  readonly #appendListeners = new Set<(from: RingIndex) => void>()
  /** Nothing before it is known, though it may have been once. */
  #begin: RingIndex = 0
  #end: RingIndex = 0
  #holdsWholeFeed = false

  constructor(bounds: RingBounds) {
    this.#bounds = bounds
    this.#entries = new Array<Entry | undefined>(bounds.capacity)
  }

  /**
   * To be asked for by the ring's capacity, so that the rings of all gateways reach equally far back.
   * Whatever the ring held before is let go: announcements in between may be missing, so that readers of changes cannot go on.
   */
  fill({ items, isWhole }: Pick<FeedTail, 'items' | 'isWhole'>): void {
    if (this.#end > 0) this.#beginAnew()
    this.#holdsWholeFeed = isWhole
    this.append(items)
  }

  append(items: readonly FeedItem[]): void {
    const from = this.#end
    const customers = new Set<string>()
    for (const item of items) {
      const change = this.#keep(item)
      if (change) customers.add(change.event.order.customerId)
      this.#streamListeners.tell(item.result.streamId, item.result)
    }
    for (const customerId of customers) this.#customerListeners.tell(customerId, from)
    for (const listener of [...this.#appendListeners]) listener(from)
  }

  /** Calls `listener` in the tick of the announcement, which it must neither block nor throw in. Returns its removal. */
  listen(streamId: string, listener: (result: ProjectionResult) => void): () => void {
    return this.#streamListeners.add(streamId, listener)
  }

  /** Of what was announced of the stream lately, the newest of each kind. */
  newestOf(streamId: string): readonly ProjectionResult[] {
    return this.#announced.get(streamId)?.newest ?? []
  }

  /** Calls `listener` after announcements were added, with the index of the first of them; it takes them with `take`. Returns its removal. */
  onAppended(listener: (from: RingIndex) => void): () => void {
    this.#appendListeners.add(listener)
    return () => this.#appendListeners.delete(listener)
  }

  /** As onAppended, where orders of this customer are among what was added. */
  onCustomersOrders(customerId: string, listener: (from: RingIndex) => void): () => void {
    return this.#customerListeners.add(customerId, listener)
  }

  /** Behind the newest announcement. */
  get end(): RingIndex {
    return this.#end
  }

  /** Of the newest announcement; undefined before the first. */
  get newestPosition(): FeedPosition | undefined {
    return this.#entries[(this.#end - 1) % this.#bounds.capacity]?.position
  }

  get listenerCount(): number {
    return this.#appendListeners.size + this.#streamListeners.size + this.#customerListeners.size
  }

  /**
   * Behind the announcement at `position`; undefined where the ring does not hold it (yet, when another gateway gave it out).
   * Throws ResumeExpired where a repeat behind it might have its original before the ring.
   */
  indexBehind(position: FeedPosition): RingIndex | undefined {
    const index = this.#indexes.get(position)
    if (index === undefined) return undefined
    if (!this.#holdsWholeFeed && index - this.#start < this.#bounds.repeatSpan) throw new ResumeExpired()
    return index + 1
  }

  /** Up to `limit` changes that `accepts` takes, from `from` on, and where to go on. Throws ResumeExpired where the ring has moved past `from`. */
  take(
    from: RingIndex,
    limit: number,
    accepts: (order: OrderAnnouncement) => boolean,
  ): { readonly changes: readonly OrderChangeAnnouncement[]; readonly next: RingIndex } {
    if (from < this.#start) throw new ResumeExpired('The ring of announcements does not hold what comes next here.')
    const changes: OrderChangeAnnouncement[] = []
    let next = from
    for (; next < this.#end && changes.length < limit; next++) {
      const change = this.#entries[next % this.#bounds.capacity]?.change
      if (change && accepts(change.event.order)) changes.push(change)
    }
    return { changes, next }
  }

  get #start(): RingIndex {
    return Math.max(this.#begin, this.#end - this.#bounds.capacity)
  }

  #beginAnew(): void {
    const missed = this.#end
    this.#begin = this.#end = missed + 1
    this.#entries.fill(undefined)
    this.#indexes.clear()
    this.#announced.clear()
    this.#customerListeners.tellAll(missed)
    for (const listener of [...this.#appendListeners]) listener(missed)
  }

  #keep({ result, position }: FeedItem): OrderChangeAnnouncement | undefined {
    const index = this.#end
    const slot = index % this.#bounds.capacity
    const oldest = this.#entries[slot]
    if (oldest) this.#forget(oldest, index - this.#bounds.capacity)
    const change = this.#changeOf(result, position, index)
    this.#entries[slot] = { position, streamId: result.streamId, change }
    this.#indexes.set(position, index)
    this.#end = index + 1
    return change
  }

  #changeOf(result: ProjectionResult, position: FeedPosition, index: RingIndex): OrderChangeAnnouncement | undefined {
    const known = this.#announced.get(result.streamId)
    const highest = known?.version ?? 0
    const isOfOrder = result.kind === 'applied' && result.order !== null
    // Also by a repeat: projectors that die one after the other repeat an event many times, each time within the span.
    this.#announced.set(result.streamId, {
      index,
      version: isOfOrder ? Math.max(highest, result.version) : highest,
      newest: withNewest(known?.newest, result),
    })
    // In order per stream: what is not higher than the highest was announced before.
    if (!isOfOrder || highest >= result.version) return undefined
    return { position, event: { ...result, order: result.order } }
  }

  #forget({ position, streamId }: Entry, index: RingIndex): void {
    this.#holdsWholeFeed = false
    if (this.#indexes.get(position) === index) this.#indexes.delete(position)
    if (this.#announced.get(streamId)?.index === index) this.#announced.delete(streamId)
  }
}

function withNewest(newest: readonly ProjectionResult[] = [], result: ProjectionResult): readonly ProjectionResult[] {
  const kind = kindOf(result)
  const known = newest.find((each) => kindOf(each) === kind)
  // A repeat may be older.
  if (known && known.version > result.version) return newest
  return [...newest.filter((each) => each !== known), result]
}

function kindOf(result: ProjectionResult): string {
  return result.kind === 'ordersOfCustomer' ? result.kind : `${result.kind} ${result.projections.join()}`
}
