import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ProjectionResult } from '../../../src/contract/projectionResult.js'
import type { FeedItem } from '../../../src/read/announcementFeed.js'
import { AnnouncementRing } from '../../../src/read/announcementRing.js'
import { ResumeExpired } from '../../../src/read/consistency.js'
import { feedPosition } from '../../support/memory/memoryAnnouncementFeed.js'
import { customerApplied, orderApplied, parkedAt } from '../../support/sampleAnnouncements.js'

const BOUNDS = { capacity: 10, repeatSpan: 3 }
const ALL = () => true

function itemsOf(results: readonly ProjectionResult[], from = 1): FeedItem[] {
  return results.map((result, index) => ({ result, position: feedPosition(from + index) }))
}

function versionsFrom(ring: AnnouncementRing, from: number): string[] {
  return ring.take(from, 100, ALL).changes.map(({ event }) => `${event.order.orderId} ${event.version}`)
}

test('an announcement reaches the listeners of its stream alone, until they leave', () => {
  const ring = new AnnouncementRing(BOUNDS)
  const heard: string[] = []
  const stop = ring.listen('order-a', ({ version }) => heard.push(`first ${version}`))
  ring.listen('order-a', ({ version }) => heard.push(`second ${version}`))
  ring.listen('order-b', () => heard.push('foreign'))
  ring.append(itemsOf([orderApplied('a', 1)]))
  stop()
  ring.append(itemsOf([orderApplied('a', 2)], 2))
  expect(heard).toEqual(['first 1', 'second 1', 'second 2'])
})

test('of a stream the newest announcement of each kind is known, as long as the ring holds any of it', () => {
  const ring = new AnnouncementRing(BOUNDS)
  for (let version = 1; version <= 5; version++) ring.append(itemsOf([orderApplied('a', version)], version))
  ring.append(itemsOf([parkedAt('a', 6), orderApplied('a', 3), orderApplied('b', 1)], 6))
  expect(ring.newestOf('order-a').map(({ kind, version }) => `${kind} ${version}`)).toEqual(['applied 5', 'parked 6'])
  expect(ring.newestOf('order-c')).toEqual([])
  ring.append(
    itemsOf(
      Array.from({ length: BOUNDS.capacity }, (_, index) => orderApplied('c', index + 1)),
      9,
    ),
  )
  expect(ring.newestOf('order-a')).toEqual([])
  expect(ring.newestOf('order-c')).toHaveLength(1)
})

test('a change is told to the listeners of its customer alone, once with everything added at once', () => {
  const ring = new AnnouncementRing(BOUNDS)
  const heard: string[] = []
  const stop = ring.onCustomersOrders('ada', (from) => heard.push(`ada ${from}`))
  ring.onCustomersOrders('bob', (from) => heard.push(`bob ${from}`))
  ring.append(itemsOf([customerApplied('ada', 1), orderApplied('a', 1), orderApplied('b', 1)]))
  ring.append(itemsOf([orderApplied('a', 1)], 4))
  ring.append(itemsOf([orderApplied('a', 2), orderApplied('c', 1, { customerId: 'bob' })], 5))
  stop()
  ring.append(itemsOf([orderApplied('a', 3)], 7))
  expect(heard).toEqual(['ada 0', 'ada 4', 'bob 4'])
  expect(ring.listenerCount).toBe(1)
})

test('changes of all orders are first announcements of events of orders', () => {
  const ring = new AnnouncementRing(BOUNDS)
  ring.append(
    itemsOf([
      orderApplied('a', 1),
      customerApplied('ada', 1),
      parkedAt('b', 1),
      orderApplied('a', 2),
      orderApplied('a', 1),
      orderApplied('a', 2),
      { ...orderApplied('c', 1), order: null },
      orderApplied('a', 3),
    ]),
  )
  expect(versionsFrom(ring, 0)).toEqual(['a 1', 'a 2', 'a 3'])
})

test('an event that is announced again and again, each time within the span, stays known', () => {
  const ring = new AnnouncementRing(BOUNDS)
  const others = (count: number) => Array.from({ length: count }, (_, index) => customerApplied('ada', index + 1))
  const announcements = Array.from({ length: 8 }, () => [orderApplied('a', 1), ...others(2)]).flat()
  ring.append(itemsOf(announcements))
  expect(ring.end).toBe(24)
  expect(versionsFrom(ring, 14)).toEqual([])
})

test('a ring that is filled anew tells every reader that it has missed something', () => {
  const ring = new AnnouncementRing(BOUNDS)
  ring.append(itemsOf([orderApplied('a', 1)]))
  const [first, { end }] = [feedPosition(1), ring]
  const told: number[] = []
  ring.onAppended((from) => told.push(from))
  ring.onCustomersOrders('nobody', (from) => told.push(from))
  ring.fill({ items: itemsOf([orderApplied('a', 1)], 101), isWhole: true })
  expect(told.slice(0, 2)).toEqual([end, end])
  expect(() => ring.take(end, 1, ALL)).toThrow(ResumeExpired)
  expect(ring.indexBehind(first)).toBeUndefined()
  expect(ring.indexBehind(feedPosition(101))).toBe(ring.end)
})

test('a reader goes on where it stopped, and skips what it does not accept', () => {
  const ring = new AnnouncementRing(BOUNDS)
  ring.append(itemsOf([orderApplied('a', 1), orderApplied('b', 1), orderApplied('a', 2)]))
  const isB = ({ orderId }: { orderId: string }) => orderId === 'b'
  const { changes, next } = ring.take(0, 1, isB)
  expect(changes.map(({ position }) => position)).toEqual(['2'])
  expect(ring.take(next, 1, isB)).toEqual({ changes: [], next: 3 })
})

test('INV-20 a reader that the ring has moved past is told so', () => {
  const ring = new AnnouncementRing(BOUNDS)
  ring.append(itemsOf(Array.from({ length: 11 }, (_, index) => orderApplied('a', index + 1))))
  expect(() => ring.take(0, 1, ALL)).toThrow(ResumeExpired)
  expect(versionsFrom(ring, 1)).toHaveLength(10)
})

test('a cursor is honoured only where the ring reaches back behind it by the span of repeats', () => {
  const ring = new AnnouncementRing(BOUNDS)
  const versions = Array.from({ length: 10 }, (_, index) => orderApplied('a', index + 11))
  ring.fill({ items: itemsOf(versions, 11), isWhole: false })
  expect(ring.indexBehind(feedPosition(10))).toBeUndefined()
  expect(() => ring.indexBehind(feedPosition(13))).toThrow(ResumeExpired)
  expect(versionsFrom(ring, ring.indexBehind(feedPosition(14)) ?? -1)).toEqual(
    [15, 16, 17, 18, 19, 20].map((version) => `a ${version}`),
  )
  expect(ring.indexBehind(feedPosition(20))).toBe(ring.end)
})

test('where the ring holds the whole feed every cursor is honoured, until the first is forgotten', () => {
  const ring = new AnnouncementRing(BOUNDS)
  ring.fill({ items: itemsOf([orderApplied('a', 1), orderApplied('a', 2)]), isWhole: true })
  expect(ring.indexBehind(feedPosition(1))).toBe(1)
  ring.append(
    itemsOf(
      Array.from({ length: 9 }, (_, index) => orderApplied('a', index + 3)),
      3,
    ),
  )
  expect(() => ring.indexBehind(feedPosition(2))).toThrow(ResumeExpired)
})

test('a ring with room left is not the whole feed where some of it was passed over', () => {
  const ring = new AnnouncementRing(BOUNDS)
  ring.fill({ items: itemsOf([4, 5, 6, 7].map((version) => orderApplied('a', version))), isWhole: false })
  expect(() => ring.indexBehind(feedPosition(3))).toThrow(ResumeExpired)
  expect(ring.indexBehind(feedPosition(4))).toBe(ring.end)
})

test('rings that were filled at different times give the same changes behind every cursor that both honour', () => {
  const order = fc.constantFrom('a', 'b', 'c')
  fc.assert(
    fc.property(
      fc.array(fc.record({ order, repeats: fc.nat(2) }), { minLength: 1, maxLength: 60 }),
      fc.nat(60),
      (events, startedAt) => {
        const feed = itemsOf(announcementsOf(events))
        const early = new AnnouncementRing(BOUNDS)
        early.fill({ items: [], isWhole: true })
        early.append(feed)
        const late = new AnnouncementRing(BOUNDS)
        const items = feed.slice(0, startedAt).slice(-BOUNDS.capacity)
        late.fill({ items, isWhole: items.length === Math.min(startedAt, feed.length) })
        late.append(feed.slice(startedAt))
        for (const { position } of feed) {
          const [fromEarly, fromLate] = [early, late].map((ring) => changesBehind(ring, position))
          if (fromEarly && fromLate) expect(fromLate).toEqual(fromEarly)
        }
      },
    ),
  )

  function changesBehind(ring: AnnouncementRing, position: FeedItem['position']): readonly string[] | undefined {
    try {
      const index = ring.indexBehind(position)
      return index === undefined ? undefined : versionsFrom(ring, index)
    } catch (error) {
      expect(error).toBeInstanceOf(ResumeExpired)
      return undefined
    }
  }
})

/** Events of orders in the order of their streams; some announced again right behind, as a projector does that was killed before its commit. */
function announcementsOf(events: readonly { readonly order: string; readonly repeats: number }[]): ProjectionResult[] {
  const versions = new Map<string, number>()
  return events.flatMap(({ order, repeats }) => {
    const version = (versions.get(order) ?? 0) + 1
    versions.set(order, version)
    return Array.from({ length: repeats + 1 }, () => orderApplied(order, version))
  })
}
