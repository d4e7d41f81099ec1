import type { FeedPosition, FollowedFeed } from './announcementFeed.js'
import type { AnnouncementRing, RingIndex } from './announcementRing.js'
import type { BatchedDocuments } from './batchedDocuments.js'
import { InvalidSince, type OrderChangeItem, type OrderWatcher, ResumeExpired } from './consistency.js'
import { OrderChangesOfAll } from './orderChangesOfAll.js'
import { OrderChangesOfOne } from './orderChangesOfOne.js'
import type { OrderFilter } from './orderQueries.js'
import type { Recheck } from './recheck.js'
import { WakeUp } from './wakeUp.js'

/** A cursor that another gateway gave out may be ahead of our ring by as much as feeds differ: until we have heard of it, it looks unknown. */
const FEED_DIFFERENCE_MS = 1_000
/** Where it is plainly ahead, we are the ones behind: after an outage of the broker one gateway finds the feed again seconds after the other. */
const FEED_OUTAGE_MS = 30_000

/** Live changes, from the ring of announcements and the documents. */
export class AnnouncedOrderWatcher implements OrderWatcher {
  readonly #ring: AnnouncementRing
  readonly #feed: Pick<FollowedFeed, 'isLater'>
  readonly #documents: BatchedDocuments
  readonly #recheck: Recheck

  constructor(parts: {
    readonly ring: AnnouncementRing
    readonly feed: Pick<FollowedFeed, 'isLater'>
    readonly documents: BatchedDocuments
    readonly recheck: Recheck
  }) {
    this.#ring = parts.ring
    this.#feed = parts.feed
    this.#documents = parts.documents
    this.#recheck = parts.recheck
  }

  /** Throws InvalidSince. */
  watchOrder(
    orderId: string,
    { sinceVersion, signal }: { readonly sinceVersion?: number; readonly signal: AbortSignal },
  ): AsyncIterable<OrderChangeItem> {
    if (sinceVersion !== undefined && !(Number.isSafeInteger(sinceVersion) && sinceVersion > 0))
      throw new InvalidSince(`Expected a version from 1 on, found ${sinceVersion}.`)
    const parts = { ring: this.#ring, documents: this.#documents, recheck: this.#recheck, signal }
    return new OrderChangesOfOne(orderId, sinceVersion, parts).items()
  }

  async watchOrders(
    filter: OrderFilter,
    { since, signal }: { readonly since?: FeedPosition; readonly signal: AbortSignal },
  ): Promise<AsyncIterable<OrderChangeItem>> {
    const from = since === undefined ? this.#ring.end : await this.#behind(since, signal)
    return new OrderChangesOfAll(filter, from, { ring: this.#ring, documents: this.#documents, signal }).items()
  }

  async #behind(since: FeedPosition, signal: AbortSignal): Promise<RingIndex> {
    if (since === '') throw new InvalidSince('Expected a position in the feed, found an empty text.')
    const wakeUp = new WakeUp()
    const wake = () => wakeUp.ring()
    const stopListening = this.#ring.onAppended(wake)
    signal.addEventListener('abort', wake, { once: true })
    const startedAt = Date.now()
    try {
      for (;;) {
        const index = this.#ring.indexBehind(since)
        if (index !== undefined) return index
        const patienceMs = this.#isAhead(since) ? FEED_OUTAGE_MS : FEED_DIFFERENCE_MS
        const leftMs = startedAt + patienceMs - Date.now()
        if (leftMs <= 0 || signal.aborted)
          throw new ResumeExpired('The ring of announcements does not hold this cursor.')
        await wakeUp.heard(leftMs)
      }
    } finally {
      signal.removeEventListener('abort', wake)
      stopListening()
    }
  }

  #isAhead(since: FeedPosition): boolean {
    const newest = this.#ring.newestPosition
    return newest !== undefined && this.#feed.isLater(since, newest)
  }
}
