import type { ProjectionResult } from '../../../src/contract/projectionResult.js'
import type { AnnouncementFeed, FeedItem, FeedPosition, FeedTail } from '../../../src/read/announcementFeed.js'

/** The feed of announcements in memory. A position is the number of the announcement, from 1. */
export class MemoryAnnouncementFeed implements AnnouncementFeed {
  readonly items: FeedItem[] = []
  readonly #followers = new Set<(items: readonly FeedItem[]) => void>()

  publish(results: readonly ProjectionResult[]): Promise<void> {
    const items = results.map((result, index) => ({ result, position: feedPosition(this.items.length + index + 1) }))
    this.items.push(...items)
    for (const onItems of this.#followers) onItems(items)
    return Promise.resolve()
  }

  latest(count: number): Promise<FeedTail> {
    const { length } = this.items
    return Promise.resolve({ items: this.items.slice(-count), end: feedPosition(length), isWhole: length <= count })
  }

  async follow(after: FeedPosition, onItems: (items: readonly FeedItem[]) => void, signal: AbortSignal): Promise<void> {
    const missed = this.items.slice(Number(after))
    if (missed.length > 0) onItems(missed)
    this.#followers.add(onItems)
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    this.#followers.delete(onItems)
  }

  isLater(position: FeedPosition, other: FeedPosition): boolean {
    return Number(position) > Number(other)
  }
}

export function feedPosition(number: number): FeedPosition {
  return String(number) as FeedPosition
}
