import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProjectionResult } from '../../../src/contract/projectionResult.js'
import { InvalidSince, type OrderChangeItem, ResumeExpired } from '../../../src/read/consistency.js'
import { StoreUnavailable } from '../../../src/read/documentStore.js'
import type { OrderFilter } from '../../../src/read/orderQueries.js'
import { liveReadsInMemory } from '../../support/liveReadsInMemory.js'
import { feedPosition } from '../../support/memory/memoryAnnouncementFeed.js'
import { customerApplied, orderApplied } from '../../support/sampleAnnouncements.js'
import { orderDocument, timelineDocument } from '../../support/sampleDocuments.js'

let abort: AbortController
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  abort = new AbortController()
})
afterEach(() => {
  abort.abort()
  vi.useRealTimers()
})

function watched(options: Parameters<typeof liveReadsInMemory>[0] = {}) {
  const reads = liveReadsInMemory(options)
  let position = 0
  return {
    ...reads,
    announce: (...results: readonly ProjectionResult[]) => {
      reads.ring.append(
        results.map((result) => {
          position += 1
          return { result, position: feedPosition(position) }
        }),
      )
    },
    /** What `changes` has given by the time that nothing more comes. */
    given: (changes: AsyncIterable<OrderChangeItem>) => {
      const items: OrderChangeItem[] = []
      const ended = (async () => {
        for await (const item of changes) items.push(item)
      })()
      return { items, ended }
    },
  }
}

const settled = () => vi.advanceTimersByTimeAsync(10)
const labels = (items: readonly OrderChangeItem[]) => items.map(({ version, order }) => `${order.id} ${version}`)

describe('changes of one order', () => {
  it('begin with the present state, and go on with every change', async () => {
    const { watcher, show, announce, given, registered } = watched()
    await show('orders', orderDocument('o1', { version: 2 }))
    await show('orderTimelines', timelineDocument('o1', 2))
    const { items, ended } = given(watcher.watchOrder('o1', { signal: abort.signal }))
    await settled()
    expect(labels(items)).toEqual(['o1 2'])
    await show('orders', orderDocument('o1', { version: 4 }))
    await show('orderTimelines', timelineDocument('o1', 4))
    announce(orderApplied('o1', 4))
    await settled()
    expect(labels(items)).toEqual(['o1 2', 'o1 3', 'o1 4'])
    abort.abort()
    await ended
    expect(registered()).toBe(0)
  })

  it('wait for an order that is not there yet, and hear of it from the call on', async () => {
    const { watcher, show, announce, given } = watched()
    const changes = watcher.watchOrder('o1', { signal: abort.signal })
    await show('orders', orderDocument('o1', { version: 1 }))
    await show('orderTimelines', timelineDocument('o1', 1))
    announce(orderApplied('o1', 1))
    const { items } = given(changes)
    await settled()
    expect(items).toMatchObject([{ cursor: { version: 1 }, type: 'OrderCreated', previousStatus: null }])
  })

  it('begin with the creation of an order that was not there, however far it has come by the next look', async () => {
    const { watcher, show, announce, given } = watched()
    const { items } = given(watcher.watchOrder('o1', { signal: abort.signal }))
    await settled()
    await show('orders', orderDocument('o1', { version: 3 }))
    await show('orderTimelines', timelineDocument('o1', 3))
    announce(orderApplied('o1', 3))
    await settled()
    expect(labels(items)).toEqual(['o1 1', 'o1 2', 'o1 3'])
  })

  it('say what the status was before, but not of the present state', async () => {
    const { watcher, show, given } = watched()
    const timeline = timelineDocument('o1', 2)
    const entries = timeline.entries.map((entry) =>
      entry.version === 2 ? { ...entry, type: 'OrderConfirmed', previousStatus: 'PENDING' as const } : entry,
    )
    await show('orders', orderDocument('o1', { version: 2, status: 'CONFIRMED' }))
    await show('orderTimelines', { ...timeline, entries })
    const present = given(watcher.watchOrder('o1', { signal: abort.signal }))
    const resumed = given(watcher.watchOrder('o1', { sinceVersion: 1, signal: abort.signal }))
    await settled()
    expect(present.items).toMatchObject([{ type: 'OrderConfirmed', version: 2, previousStatus: null }])
    expect(resumed.items).toMatchObject([{ type: 'OrderConfirmed', version: 2, previousStatus: 'PENDING' }])
  })

  it('hold nothing of a subscription that was never read', () => {
    const { watcher, registered } = watched()
    watcher.watchOrder('o1', { signal: abort.signal })
    expect(registered()).toBeGreaterThan(0)
    abort.abort()
    watcher.watchOrder('o1', { signal: abort.signal })
    expect(registered()).toBe(0)
  })

  it.each([0, -1, 1.5, Number.NaN])('take no version %s for a cursor', (sinceVersion) => {
    const { watcher } = watched()
    expect(() => watcher.watchOrder('o1', { sinceVersion, signal: abort.signal })).toThrow(InvalidSince)
  })

  it('of many subscribers are read together', async () => {
    const asked: string[] = []
    const { watcher, show, announce, given } = watched({
      around: (read, name, ids) => {
        asked.push(`${name}: ${ids.join(' ')}`)
        return read()
      },
    })
    for (const id of ['o1', 'o2']) {
      await show('orders', orderDocument(id))
      await show('orderTimelines', timelineDocument(id, 1))
    }
    const readers = ['o1', 'o1', 'o2'].map((id) => given(watcher.watchOrder(id, { signal: abort.signal })))
    await settled()
    asked.length = 0
    announce(orderApplied('o1', 1), orderApplied('o2', 1))
    await settled()
    expect(asked).toEqual(['orderTimelines: o1 o2', 'orders: o1 o2'])
    expect(readers.map(({ items }) => labels(items))).toEqual([['o1 1'], ['o1 1'], ['o2 1']])
  })
})

describe('changes of all orders', () => {
  it('are those from now on, each once, with a document that shows them', async () => {
    const { watcher, show, announce, given, registered } = watched()
    for (const id of ['o1', 'o2']) await show('orders', orderDocument(id, { version: 3 }))
    announce(orderApplied('o1', 1))
    const { items, ended } = given(await watcher.watchOrders({}, { signal: abort.signal }))
    announce(orderApplied('o1', 2, { status: 'CONFIRMED', previousStatus: 'PENDING' }), customerApplied('ada', 2))
    announce(orderApplied('o1', 2), orderApplied('o2', 3))
    await settled()
    expect(labels(items)).toEqual(['o1 2', 'o2 3'])
    expect(items[0]).toMatchObject({ cursor: { feed: '2' }, type: 'PaymentProcessed', previousStatus: 'PENDING' })
    abort.abort()
    await ended
    expect(registered()).toBe(0)
  })

  it('wait for a document that shows less than was announced, also while the store is away', async () => {
    let away = true
    const { watcher, show, announce, given } = watched({
      around: (read) => (away ? Promise.reject(new StoreUnavailable('connection refused')) : read()),
    })
    await show('orders', orderDocument('o1', { version: 1 }))
    const { items } = given(await watcher.watchOrders({}, { signal: abort.signal }))
    announce(orderApplied('o1', 2))
    await vi.advanceTimersByTimeAsync(1_000)
    away = false
    await vi.advanceTimersByTimeAsync(1_000)
    expect(items).toEqual([])
    await show('orders', orderDocument('o1', { version: 2 }))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(labels(items)).toEqual(['o1 2'])
  })

  it.each<[OrderFilter, string[]]>([
    [{}, ['o1 1', 'o2 1']],
    [{ customerId: 'ada' }, ['o1 1']],
    [{ status: ['SHIPPED', 'PENDING'] }, ['o1 1']],
    [{ status: [] }, []],
    [{ createdFrom: '2026-03-01T10:30:00+01:00', createdTo: '2026-03-02T00:00:00Z' }, ['o1 1']],
    [{ createdTo: '2026-03-01T09:30:00Z' }, []],
    [{ currency: 'USD', minTotalMinor: 1990, maxTotalMinor: 1990 }, ['o1 1']],
    [{ currency: 'USD', minTotalMinor: 1991 }, []],
    [{ currency: 'EUR', maxTotalMinor: 500 }, ['o2 1']],
    [{ sku: 'CUP' }, ['o2 1']],
  ])('are those that the filter %j takes', async (filter, expected) => {
    const { watcher, show, announce, given } = watched()
    for (const id of ['o1', 'o2']) await show('orders', orderDocument(id))
    const { items } = given(await watcher.watchOrders(filter, { signal: abort.signal }))
    announce(
      orderApplied('o1', 1),
      orderApplied('o2', 1, {
        customerId: 'bob',
        status: 'DELIVERED',
        createdAt: '2026-03-02T00:00:00.000Z',
        currency: 'EUR',
        totalMinor: 500,
        skus: ['CUP', 'POT'],
      }),
    )
    await settled()
    expect(labels(items)).toEqual(expected)
  })

  it('go on behind a cursor without a gap or a repeat', async () => {
    const { watcher, show, announce, given } = watched()
    await show('orders', orderDocument('o1', { version: 9 }))
    const first = new AbortController()
    const before = given(await watcher.watchOrders({}, { signal: first.signal }))
    announce(...Array.from({ length: 20 }, (_, index) => customerApplied('ada', index + 1)))
    announce(orderApplied('o1', 1), orderApplied('o1', 2))
    await settled()
    first.abort()
    announce(orderApplied('o1', 2), orderApplied('o1', 3))
    const cursor = before.items.at(-1)?.cursor
    const since = cursor && 'feed' in cursor ? cursor.feed : feedPosition(0)
    const { items } = given(await watcher.watchOrders({}, { since, signal: abort.signal }))
    announce(orderApplied('o1', 4))
    await settled()
    expect(labels([...before.items, ...items])).toEqual(['o1 1', 'o1 2', 'o1 3', 'o1 4'])
  })

  it('wait for a cursor that another gateway gave out first, also while the feed is away, and refuse one that does not come', async () => {
    const { watcher, show, announce, given } = watched()
    await show('orders', orderDocument('o1', { version: 9 }))
    announce(...Array.from({ length: 20 }, (_, index) => customerApplied('ada', index + 1)))
    const behind = (number: number) =>
      watcher.watchOrders({}, { since: feedPosition(number), signal: abort.signal }).catch((error: unknown) => error)
    const [gone, coming, lost] = [behind(0.5), behind(21), behind(99)]
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await gone).toBeInstanceOf(ResumeExpired)
    await vi.advanceTimersByTimeAsync(19_000)
    announce(orderApplied('o1', 1), orderApplied('o1', 2))
    const { items } = given((await coming) as AsyncIterable<OrderChangeItem>)
    await vi.advanceTimersByTimeAsync(9_990)
    expect(labels(items)).toEqual(['o1 2'])
    const answered = vi.fn()
    lost.then(answered)
    await vi.advanceTimersByTimeAsync(0)
    expect(answered).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(10)
    expect(await lost).toBeInstanceOf(ResumeExpired)
    await expect(watcher.watchOrders({}, { since: '' as never, signal: abort.signal })).rejects.toThrow(InvalidSince)
  })

  it("of one customer come however many of others' lie between, also to a reader who was late to ask on", async () => {
    const { watcher, show, announce } = watched({ ring: { capacity: 10, repeatSpan: 2 } })
    await show('orders', orderDocument('o1', { version: 9 }))
    const changes = (await watcher.watchOrders({ customerId: 'ada' }, { signal: abort.signal }))[Symbol.asyncIterator]()
    const others = () => {
      for (let version = 1; version <= 50; version++) announce(orderApplied('o2', version, { customerId: 'bob' }))
    }
    for (const version of [1, 2, 3]) {
      const next = changes.next()
      await settled()
      if (version > 1) others()
      announce(orderApplied('o1', version))
      expect(await next).toMatchObject({ value: { version } })
      others()
    }
  })

  it('INV-20 a reader that is slower than orders change is told so, and holds nothing meanwhile', async () => {
    const { watcher, show, announce, registered } = watched({ ring: { capacity: 10, repeatSpan: 2 } })
    await show('orders', orderDocument('o1', { version: 99 }))
    const changes = await watcher.watchOrders({}, { signal: abort.signal })
    for (let version = 1; version <= 11; version++) announce(orderApplied('o1', version))
    await expect(changes[Symbol.asyncIterator]().next()).rejects.toThrow(ResumeExpired)
    expect(registered()).toBe(0)
  })
})
