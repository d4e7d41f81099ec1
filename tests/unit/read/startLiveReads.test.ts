import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { PositionGone } from '../../../src/read/announcementFeed.js'
import { type OrderChangeItem, ResumeExpired } from '../../../src/read/consistency.js'
import { StoreUnavailable } from '../../../src/read/documentStore.js'
import { startLiveReads } from '../../../src/read/startLiveReads.js'
import { feedPosition, MemoryAnnouncementFeed } from '../../support/memory/memoryAnnouncementFeed.js'
import { MemoryDocumentStore } from '../../support/memory/memoryDocumentStore.js'
import { MemoryParkedStreams } from '../../support/memory/memoryParkedStreams.js'
import { orderApplied } from '../../support/sampleAnnouncements.js'
import { orderDocument } from '../../support/sampleDocuments.js'

async function liveReadsOnMemory(feed = new MemoryAnnouncementFeed(), logged: string[] = []) {
  const documents = new MemoryDocumentStore()
  const logger = pino({ level: 'error' }, { write: (line: string) => logged.push(line) })
  const parts = { documents, feed, parked: new MemoryParkedStreams(), logger }
  return { documents, feed, logged, ...(await startLiveReads(parts)) }
}

test('what is published reaches those who wait, and what was published before can be resumed', async () => {
  const feed = new MemoryAnnouncementFeed()
  await feed.publish([orderApplied('o1', 1), orderApplied('o1', 2)])
  const { documents, waiter, watcher, stop } = await liveReadsOnMemory(feed)
  const outcome = waiter.waitFor({ streamId: 'order-o1', version: 3 }, [{ kind: 'document' }], { timeoutMs: 60_000 })
  await documents.write([{ projection: 'orders', document: orderDocument('o1', { version: 3 }), expected: 'absent' }])
  await feed.publish([orderApplied('o1', 3)])
  expect(await outcome).toEqual({ kind: 'reached' })

  const abort = new AbortController()
  const given: OrderChangeItem[] = []
  for await (const item of await watcher.watchOrders({}, { since: feedPosition(1), signal: abort.signal })) {
    given.push(item)
    if (given.length === 2) break
  }
  expect(given.map(({ version, cursor }) => [version, cursor])).toEqual([
    [2, { feed: '2' }],
    [3, { feed: '3' }],
  ])
  await stop()
})

test('a stop answers those who still wait', async () => {
  const { waiter, stop } = await liveReadsOnMemory()
  const outcome = waiter.waitFor({ streamId: 'order-o1', version: 3 }, [{ kind: 'document' }], { timeoutMs: 60_000 })
  await stop()
  expect(await outcome).toEqual({ kind: 'timedOut', currentVersion: 0 })
})

test('a feed that cannot be read stops the start', async () => {
  class AbsentFeed extends MemoryAnnouncementFeed {
    override latest(): Promise<never> {
      return Promise.reject(new StoreUnavailable('connection refused'))
    }
  }
  await expect(liveReadsOnMemory(new AbsentFeed())).rejects.toThrow(StoreUnavailable)
})

test('a feed that ends by a fault is logged and followed again from where it ended; waits go on meanwhile', async () => {
  class FaultyFeed extends MemoryAnnouncementFeed {
    faulty = true
    override follow(...parameters: Parameters<MemoryAnnouncementFeed['follow']>): Promise<void> {
      return this.faulty ? Promise.reject(new TypeError('no such row')) : super.follow(...parameters)
    }
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  const abort = new AbortController()
  try {
    const feed = new FaultyFeed()
    const { waiter, watcher, documents, logged, stop } = await liveReadsOnMemory(feed)
    const changes = await watcher.watchOrders({}, { signal: abort.signal })
    const outcome = waiter.waitFor({ streamId: 'order-o1', version: 1 }, [{ kind: 'document' }], { timeoutMs: 60_000 })
    await documents.write([{ projection: 'orders', document: orderDocument('o1'), expected: 'absent' }])
    await feed.publish([orderApplied('o1', 1)])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await outcome).toEqual({ kind: 'reached' })
    expect(logged.join()).toContain('no such row')

    feed.faulty = false
    const change = changes[Symbol.asyncIterator]().next()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await change).toMatchObject({ done: false, value: { version: 1, cursor: { feed: '1' } } })
    await stop()
  } finally {
    abort.abort()
    vi.useRealTimers()
  }
})

test('a feed that was made anew is read anew: subscriptions to all orders end, and new ones see what comes', async () => {
  class RenewedFeed extends MemoryAnnouncementFeed {
    gone = true
    override follow(...parameters: Parameters<MemoryAnnouncementFeed['follow']>): Promise<void> {
      return this.gone ? Promise.reject(new PositionGone('made anew')) : super.follow(...parameters)
    }
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  const abort = new AbortController()
  try {
    const feed = new RenewedFeed()
    await feed.publish([orderApplied('old', 1)])
    const { watcher, documents, stop } = await liveReadsOnMemory(feed)
    const { signal } = abort
    const before = await Promise.all(
      [{}, { customerId: 'nobody' }].map((filter) => watcher.watchOrders(filter, { signal })),
    )
    const ends = before.map((changes) => changes[Symbol.asyncIterator]().next())
    const ended = expect(Promise.all(ends)).rejects.toThrow(ResumeExpired)
    feed.items.length = 0
    feed.gone = false
    await vi.advanceTimersByTimeAsync(5_000)
    await ended
    expect((await Promise.allSettled(ends)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])

    const change = (await watcher.watchOrders({}, { signal }))[Symbol.asyncIterator]().next()
    await documents.write([{ projection: 'orders', document: orderDocument('o1'), expected: 'absent' }])
    await feed.publish([orderApplied('o1', 1)])
    expect(await change).toMatchObject({ done: false, value: { version: 1, cursor: { feed: '1' } } })
    await stop()
  } finally {
    abort.abort()
    vi.useRealTimers()
  }
})

test('a stop ends the pause after a fault of the feed', async () => {
  class BrokenFeed extends MemoryAnnouncementFeed {
    override follow(): Promise<never> {
      return Promise.reject(new TypeError('no such row'))
    }
  }
  const { logged, stop } = await liveReadsOnMemory(new BrokenFeed())
  await stop()
  expect(logged).toHaveLength(1)
})
