import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProjectionResult } from '../../src/contract/projectionResult.js'
import type { AnnouncementFeed, FeedItem, FeedPosition } from '../../src/read/announcementFeed.js'
import { eventually } from '../support/eventually.js'

export interface OpenedFeed {
  readonly feed: AnnouncementFeed
  close(): Promise<void>
}

/** What every announcement feed does. open: a new feed, empty. */
export function describeAnnouncementFeed(name: string, open: () => Promise<OpenedFeed>): void {
  describe(`${name} as an announcement feed`, () => {
    let opened: OpenedFeed
    let feed: AnnouncementFeed

    beforeAll(async () => {
      opened = await open()
      feed = opened.feed
    })
    afterAll(() => opened.close())

    it('gives the newest ones, oldest first, and the end of the feed', async () => {
      const empty = await feed.latest(10)
      expect(empty.items).toEqual([])
      await feed.publish([announcement('latest', 1), announcement('latest', 2)])
      await feed.publish([])
      await feed.publish([announcement('latest', 3)])
      const { items, end } = await feed.latest(2)
      expect(items.map(({ result }) => result)).toEqual([announcement('latest', 2), announcement('latest', 3)])
      expect(items.at(-1)?.position).toBe(end)

      const followed = follow(feed, empty.end)
      await eventually(() => followed.items.length === 3)
      await followed.stop()
      expect(followed.items.map(({ result }) => result.version)).toEqual([1, 2, 3])
    })

    it('goes on behind a position, with what is there and with what comes', async () => {
      const { end } = await feed.latest(1)
      await feed.publish([announcement('resume', 1), announcement('resume', 2)])
      const first = follow(feed, end)
      await eventually(() => first.items.length === 2)
      await feed.publish([announcement('resume', 3)])
      await eventually(() => first.items.length === 3)
      await first.stop()

      const second = follow(feed, first.items[0]?.position ?? end)
      await eventually(() => second.items.length === 2)
      await second.stop()
      expect(second.items).toEqual(first.items.slice(1))
    })

    it('shows every announcement once and in the same order to all, in order per stream, with publishers at once', async () => {
      const { end } = await feed.latest(1)
      const followers = [follow(feed, end), follow(feed, end)] as const
      const streams = ['a', 'b', 'c', 'd'].map((letter) => `at-once-${letter}`)
      await Promise.all(
        streams.map(async (stream) => {
          for (let version = 1; version <= 25; version += 1) await feed.publish([announcement(stream, version)])
        }),
      )
      await eventually(() => followers.every(({ items }) => items.length >= 100))
      await Promise.all(followers.map((follower) => follower.stop()))
      expect(followers[1].items).toEqual(followers[0].items)
      for (const stream of streams) {
        const versions = followers[0].items
          .filter(({ result }) => result.streamId === `order-${stream}`)
          .map(({ result }) => result.version)
        expect(versions).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
      }
      expect((await feed.latest(100)).items).toEqual(followers[0].items)
    })
  })
}

interface Follower {
  readonly items: FeedItem[]
  stop(): Promise<void>
}

function follow(feed: AnnouncementFeed, after: FeedPosition): Follower {
  const items: FeedItem[] = []
  const stopping = new AbortController()
  const following = feed.follow(after, (some) => items.push(...some), stopping.signal)
  return {
    items,
    stop() {
      stopping.abort()
      return following
    },
  }
}

function announcement(orderId: string, version: number): ProjectionResult {
  return {
    kind: 'applied',
    projections: ['orders', 'orderTimelines'],
    streamId: `order-${orderId}`,
    version,
    type: 'PaymentProcessed',
    order: null,
  }
}
