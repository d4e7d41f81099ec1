import type { ProjectionResult } from '../contract/projectionResult.js'

/**
 * The announcements as a durable feed: kept for a day, in order per stream, resumable by position, the same on every gateway.
 * Projectors publish; each gateway follows it into its ring (announcementRing.ts).
 */
export interface AnnouncementFeed {
  /** Returns when they are in the feed. Throws StoreUnavailable (nothing may be published twice by the caller's retry except as a repeat). */
  publish(results: readonly ProjectionResult[]): Promise<void>
  /** The newest ones, at most `count`. */
  latest(count: number): Promise<FeedTail>
  /**
   * Calls `onItems` with everything behind `after`, in order, as it comes, until `signal` aborts. Survives a lost connection by itself
   * (logs, retries, goes on from the last position): the promise rejects on a fault of the program, and with PositionGone.
   */
  follow(after: FeedPosition, onItems: (items: readonly FeedItem[]) => void, signal: AbortSignal): Promise<void>
  /** Whether `position` comes after `other` in this feed. False for a text that this feed does not give out. */
  isLater(position: FeedPosition, other: FeedPosition): boolean
}

/** A feed as a gateway reads it. */
export type FollowedFeed = Pick<AnnouncementFeed, 'latest' | 'follow' | 'isLater'>

/** A feed together with the connections that it has opened for itself. */
export interface OpenedAnnouncementFeed extends AnnouncementFeed {
  /** Never rejects; what is wrong is logged. */
  isReachable(): Promise<boolean>
  /** Waits for what is being published. Whoever follows has to be stopped before. */
  close(): Promise<void>
}

export interface FeedItem {
  readonly result: ProjectionResult
  readonly position: FeedPosition
}

/** The newest part of the feed. */
export interface FeedTail {
  /** Oldest first. Fewer than were asked for also where something in between was passed over: that there are no others says `isWhole`. */
  readonly items: readonly FeedItem[]
  /** Behind the last. */
  readonly end: FeedPosition
  /** Whether the feed keeps nothing in front of them. */
  readonly isWhole: boolean
}

/** Opaque text, printable, without secrets: a cursor of `ordersChanged` carries it. Compared by the feed's owner only, for equality elsewhere. */
export type FeedPosition = string & { readonly feedPosition: unique symbol }

/** What lies behind a position is not all in the feed any more: kept no longer, or the feed was made anew. To be read afresh with `latest`. */
export class PositionGone extends Error {
  override readonly name = 'PositionGone'
}
