import type { Logger } from 'pino'
import { REPEAT_SPAN } from '../contract/repeatSpan.js'
import { type FeedItem, type FeedPosition, type FollowedFeed, PositionGone } from './announcementFeed.js'
import { AnnouncementRing, type RingBounds } from './announcementRing.js'
import { BatchedDocuments } from './batchedDocuments.js'
import type { OrderWatcher, VersionWaiter } from './consistency.js'
import type { DocumentReader, DocumentStore } from './documentStore.js'
import type { ParkedStreams } from './parkedStreams.js'
import { Recheck } from './recheck.js'
import { RememberedSearchability } from './rememberedSearchability.js'
import { AnnouncedVersionWaiter, type WaiterBounds } from './waitForVersion.js'
import { WakeUp } from './wakeUp.js'
import { AnnouncedOrderWatcher } from './watchOrders.js'

export interface LiveReads {
  readonly waiter: VersionWaiter
  readonly watcher: OrderWatcher
  /** Answers those who still wait with what is known, and lets go of the feed. */
  stop(): Promise<void>
}

/**
 * About 20 MB. Between an announcement and its repeat there may be those of other projectors as well, until the partitions of one that died
 * are theirs: as much again is left for them, which is half a minute of two hundred events a second.
 */
const RING: RingBounds = { capacity: 20_000, repeatSpan: 2 * REPEAT_SPAN }
const WAITERS: WaiterBounds = { inAll: 20_000, perConnection: 200 }
const WAITER_RECHECK_MS = 1_000
/** Seldom: subscriptions stay open for hours, and the feed is durable. */
const WATCHER_RECHECK_MS = 30_000
const FOLLOW_AGAIN_MS = 5_000

/**
 * Reading one's own writes, and live updates: fills the ring from the feed and follows it from there.
 *
 * A fault of the feed is logged, and the feed is followed again from where it ended, or read anew where that place is gone; until then waits
 * and `orderChanged` live on their re-checks, and `ordersChanged` stands still. Throws StoreUnavailable when it cannot be read at the start.
 */
export async function startLiveReads({
  documents,
  feed,
  parked,
  logger,
}: {
  /** shownEverywhere: where other gateways may show less than this one's reads, resolves when they can't any more. */
  readonly documents: DocumentReader &
    Pick<DocumentStore, 'makeSearchable'> & { readonly shownEverywhere?: () => Promise<void> }
  readonly feed: FollowedFeed
  readonly parked: Pick<ParkedStreams, 'find'>
  readonly logger: Logger
}): Promise<LiveReads> {
  const ring = new AnnouncementRing(RING)
  const end = await fill(ring, feed)

  const stopping = new AbortController()
  const following = follow(feed, end, ring, stopping.signal, logger)
  const batched = new BatchedDocuments(documents, parked)
  const waiter = new AnnouncedVersionWaiter({
    ring,
    documents: batched,
    searchability: new RememberedSearchability(documents),
    ...(documents.shownEverywhere && { shownEverywhere: documents.shownEverywhere }),
    recheck: new Recheck(WAITER_RECHECK_MS),
    bounds: WAITERS,
  })
  const watcher = new AnnouncedOrderWatcher({
    ring,
    feed,
    documents: batched,
    recheck: new Recheck(WATCHER_RECHECK_MS),
  })
  return {
    waiter,
    watcher,
    stop: async () => {
      stopping.abort()
      waiter.stop()
      await following
    },
  }
}

async function fill(ring: AnnouncementRing, feed: Pick<FollowedFeed, 'latest'>): Promise<FeedPosition> {
  const tail = await feed.latest(RING.capacity)
  ring.fill(tail)
  return tail.end
}

async function follow(
  feed: Pick<FollowedFeed, 'latest' | 'follow'>,
  after: FeedPosition,
  ring: AnnouncementRing,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  const wakeUp = new WakeUp()
  signal.addEventListener('abort', () => wakeUp.ring(), { once: true })
  let position: FeedPosition | undefined = after
  const onItems = (items: readonly FeedItem[]) => {
    ring.append(items)
    position = items.at(-1)?.position ?? position
  }
  while (!signal.aborted) {
    try {
      position ??= await fill(ring, feed)
      await feed.follow(position, onItems, signal)
    } catch (error) {
      logger.error(
        { err: error, after: position, againInMs: FOLLOW_AGAIN_MS },
        'The feed of announcements ended by a fault: until it is followed again, live updates only look from time to time',
      )
      if (error instanceof PositionGone) position = undefined
      await wakeUp.heard(FOLLOW_AGAIN_MS)
    }
  }
}
