import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProjectionResult } from '../../src/contract/projectionResult.js'
import type { AnnouncementFeed, FeedItem, FeedPosition } from '../../src/read/announcementFeed.js'
import { StoreUnavailable } from '../../src/read/documentStore.js'
import { eventually } from '../support/eventually.js'

export interface OpenedFeed {
  readonly feed: AnnouncementFeed
  /** The same feed as another process opens it, far away. */
  readonly far: AnnouncementFeed
  /** Breaks every connection of `far`; new ones work again. */
  cut(): void
  close(): Promise<void>
}

/** What every announcement feed does. open: a new feed, empty, in which a lost connection is made again within seconds. */
export function describeAnnouncementFeed(name: string, open: () => Promise<OpenedFeed>): void {
  describe(`${name} as an announcement feed`, () => {
    let opened: OpenedFeed
    let feed: AnnouncementFeed
    let far: AnnouncementFeed

    beforeAll(async () => {
      opened = await open()
      feed = opened.feed
      far = opened.far
    })
    afterAll(() => opened.close())

    it('gives the newest ones, oldest first, and the end of the feed', async () => {
      const empty = await feed.latest(10)
      expect(empty.items).toEqual([])
      await feed.publish([announcement('latest', 1), announcement('latest', 2)])
      await feed.publish([])
      await feed.publish([announcement('latest', 3)])
      const { items, end, isWhole } = await feed.latest(2)
      expect([empty.isWhole, isWhole, (await feed.latest(10)).isWhole]).toEqual([true, false, true])
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

    it('says which of two positions is the later one', async () => {
      const { end } = await feed.latest(1)
      await feed.publish([announcement('later', 1), announcement('later', 2)])
      const follower = follow(feed, end)
      await eventually(() => follower.items.length === 2)
      await follower.stop()
      const positions = [end, ...follower.items.map(({ position }) => position)]
      for (const [index, position] of positions.entries()) {
        expect(positions.map((other) => far.isLater(position, other))).toEqual(positions.map((_, at) => index > at))
        expect(far.isLater('another text' as FeedPosition, position)).toBe(false)
      }
    })

    it('shows every announcement once and in the same order to all, in order per stream, with publishers at once', async () => {
      const { end } = await feed.latest(1)
      const followers = [follow(feed, end), follow(far, end)] as const
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
        expect(versions).toEqual(versionsUpTo(25))
      }
      expect((await feed.latest(100)).items).toEqual(followers[0].items)
      expect((await far.latest(100)).items).toEqual(followers[0].items)
    })

    it('goes on elsewhere behind a position that was given out here', async () => {
      const { end } = await feed.latest(1)
      const here = follow(feed, end)
      await feed.publish([announcement('elsewhere', 1), announcement('elsewhere', 2)])
      await far.publish([announcement('elsewhere', 3)])
      await eventually(() => here.items.length === 3)
      await here.stop()
      const there = follow(far, here.items[0]?.position ?? end)
      await eventually(() => there.items.length === 2)
      await there.stop()
      expect(there.items).toEqual(here.items.slice(1))
    })

    it('misses nothing and shows nothing twice over connections that break', async () => {
      const { end } = await feed.latest(1)
      const follower = follow(far, end)
      for (let version = 1; version <= 30; version += 1) {
        await feed.publish([announcement('cut', version)])
        if (version % 10 === 5) {
          await eventually(() => follower.items.length > 0)
          opened.cut()
        }
      }
      await eventually(() => follower.items.length >= 30, 20_000)
      await follower.stop()
      expect(follower.items.map(({ result }) => result.version)).toEqual(versionsUpTo(30))
    })

    it('has everything that was published over connections that break, in order but for repeats', async () => {
      const { end } = await feed.latest(1)
      const follower = follow(feed, end)
      for (let version = 1; version <= 30; version += 1) {
        const published = publishUntilDone(far, [announcement('published', version)])
        if (version % 10 === 5) opened.cut()
        await published
      }
      await eventually(() => follower.items.some(({ result }) => result.version === 30))
      await follower.stop()
      expect([...new Set(follower.items.map(({ result }) => result.version))]).toEqual(versionsUpTo(30))
    })
  })
}

function versionsUpTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

/** As the projector does it. */
function publishUntilDone(feed: AnnouncementFeed, results: readonly ProjectionResult[]): Promise<boolean> {
  return eventually(async () => {
    try {
      await feed.publish(results)
      return true
    } catch (error) {
      if (error instanceof StoreUnavailable) return false
      throw error
    }
  }, 20_000)
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
