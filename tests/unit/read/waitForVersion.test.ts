import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProjectionResult } from '../../../src/contract/projectionResult.js'
import type { View } from '../../../src/read/consistency.js'
import { TooManyWaiters } from '../../../src/read/consistency.js'
import { StoreUnavailable } from '../../../src/read/documentStore.js'
import { LISTENED_FOR_MS } from '../../../src/read/waitForVersion.js'
import { liveReadsInMemory, WAITER_RECHECK_MS } from '../../support/liveReadsInMemory.js'
import { feedPosition } from '../../support/memory/memoryAnnouncementFeed.js'
import { customerApplied, orderApplied, parkedAt } from '../../support/sampleAnnouncements.js'
import { customerDocument, orderDocument, productDocument, timelineDocument } from '../../support/sampleDocuments.js'

const DOCUMENT: View = { kind: 'document' }
const TIMELINE: View = { kind: 'timeline' }
const LISTS: View = { kind: 'lists' }
const ORDER: View = { kind: 'order', orderId: 'o1' }
const REACHED = { kind: 'reached' }

const order3 = { streamId: 'order-o1', version: 3 }
const customer3 = { streamId: 'customer-ada', version: 3 }
const parkedRow = {
  streamId: 'order-o1',
  failedVersion: 3,
  lastSkipped: 3,
  eventType: 'OrderShipped',
  eventPosition: '1:740:12',
  error: 'no such thing',
  attempts: 3,
  parkedAt: '2026-03-01T09:30:00.000Z',
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
})
afterEach(() => vi.useRealTimers())

/** Reads of the store under way take no timer, only turns of the loop. */
const passing = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('what a view waits for', () => {
  it.each([
    ['order', order3, [DOCUMENT], ['orders 3']],
    ['order, timeline too', order3, [DOCUMENT, TIMELINE], ['orders 3', 'orderTimelines 3']],
    ['order, lists', order3, [LISTS], ['orders 3']],
    ['product', { streamId: 'product-TEA', version: 3 }, [DOCUMENT, LISTS], ['products 3']],
    ['customer', customer3, [DOCUMENT], ['customers 3']],
    ['customer, lists', customer3, [LISTS], ['customers 3', 'ordersVersion 3']],
    ['customer, one order', customer3, [ORDER], ['customers 3', 'customerVersion 3']],
    ["customer, somebody else's order", customer3, [{ kind: 'order', orderId: 'other' }], ['customers 3']],
    ['customer, an order that is not there', customer3, [{ kind: 'order', orderId: 'none' }], ['customers 3']],
  ] as const)('%s', async (_name, target, views, needed) => {
    const steps: Record<string, (reads: ReturnType<typeof liveReadsInMemory>) => Promise<void>> = {
      'orders 3': ({ show }) => show('orders', orderDocument('o1', { version: 3 })),
      'orderTimelines 3': ({ show }) => show('orderTimelines', timelineDocument('o1', 3)),
      'products 3': ({ show }) => show('products', productDocument('TEA', { version: 3 })),
      'customers 3': ({ show }) => show('customers', customerDocument('ada', { version: 3, ordersVersion: 2 })),
      'ordersVersion 3': ({ show }) => show('customers', customerDocument('ada', { version: 3, ordersVersion: 3 })),
      'customerVersion 3': ({ show }) => show('orders', orderDocument('o1', { customerVersion: 3 })),
    }
    const reads = liveReadsInMemory()
    await reads.show('orders', orderDocument('o1', { version: 2, customerVersion: 2 }))
    await reads.show('orders', orderDocument('other', { customerId: 'bob', customerVersion: 1 }))
    await reads.show('orderTimelines', timelineDocument('o1', 2))
    await reads.show('customers', customerDocument('ada', { version: 2, ordersVersion: 2 }))
    await reads.show('products', productDocument('TEA', { version: 2 }))
    const ask = async () => {
      const outcome = reads.waiter.waitFor(target, views, { timeoutMs: 0 })
      await passing(1)
      return outcome
    }
    for (const step of needed) {
      expect(await ask()).toEqual({ kind: 'timedOut', currentVersion: 2 })
      await steps[step]?.(reads)
    }
    expect(await ask()).toEqual(REACHED)
    expect(reads.registered()).toBe(0)
  })

  it('lists wait until documents are searchable, in time or not', async () => {
    let answer: Promise<void> = Promise.reject(new StoreUnavailable('a shard failed'))
    const reads = liveReadsInMemory({
      around: async (read, name) => {
        if (name === 'searchable') await answer
        return read()
      },
    })
    await reads.show('orders', orderDocument('o1', { version: 3 }))
    const failed = reads.waiter.waitFor(order3, [LISTS], { timeoutMs: 10 })
    await Promise.all([expect(failed).rejects.toThrow(StoreUnavailable), passing(10)])
    const outcome = reads.waiter.waitFor(order3, [LISTS], { timeoutMs: 10_000 })
    await passing(10)
    answer = Promise.resolve()
    await passing(WAITER_RECHECK_MS)
    expect(await outcome).toEqual(REACHED)
  })
})

describe('a write that was recorded just now', () => {
  const fresh = (recordedAt = Date.now()) => ({ ...order3, recordedAt })
  const announce = (reads: ReturnType<typeof liveReadsInMemory>, ...results: ProjectionResult[]) =>
    reads.ring.append(results.map((result) => ({ result, position: feedPosition(1) })))
  let looks: string[]
  const reading = () => {
    looks = []
    return liveReadsInMemory({
      around: (read, name) => {
        looks.push(name)
        return read()
      },
    })
  }

  it('is listened for, and not looked for', async () => {
    const reads = reading()
    const outcome = reads.waiter.waitFor(fresh(), [DOCUMENT, TIMELINE], { timeoutMs: 10_000 })
    await passing(LISTENED_FOR_MS - 1)
    announce(reads, orderApplied('o1', 3))
    expect(await outcome).toEqual(REACHED)
    expect(looks).toEqual([])
    expect(reads.registered()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is known to be shown where it was announced before the wait began, piece by piece and repeated', async () => {
    const reads = reading()
    announce(reads, orderApplied('o1', 3, {}, ['orders']), orderApplied('o1', 3, {}, ['orderTimelines']))
    announce(reads, orderApplied('o1', 2, {}, ['orders']))
    const outcome = reads.waiter.waitFor(fresh(), [DOCUMENT, TIMELINE], { timeoutMs: 10_000 })
    expect(await outcome).toEqual(REACHED)
    expect(looks).toEqual([])
  })

  it.each([
    ['now', 0],
    ['in a moment, by a clock that is ahead', 100],
  ])('is looked for after a while, when nothing is announced: %s', async (_when, ahead) => {
    const reads = reading()
    const outcome = reads.waiter.waitFor(fresh(Date.now() + ahead), [DOCUMENT], { timeoutMs: 10_000 })
    await passing(10)
    await reads.show('orders', orderDocument('o1', { version: 3 }))
    await passing(LISTENED_FOR_MS - 11)
    expect(looks).toEqual([])
    await passing(1)
    expect(await outcome).toEqual(REACHED)
  })

  it('is told to stand still at once, where that was announced before', async () => {
    const reads = reading()
    await reads.parked.park({ projection: 'orders', ...parkedRow })
    announce(reads, parkedAt('o1', 3))
    const outcome = reads.waiter.waitFor(fresh(), [DOCUMENT], { timeoutMs: 10_000 })
    await passing(1)
    expect(await outcome).toEqual({ kind: 'parked', currentVersion: 0 })
  })

  it('is looked for at the deadline, however soon that comes', async () => {
    const reads = reading()
    await reads.show('orders', orderDocument('o1', { version: 3 }))
    const outcome = reads.waiter.waitFor(fresh(), [DOCUMENT], { timeoutMs: 20 })
    await passing(20)
    expect(await outcome).toEqual(REACHED)
  })

  it('is looked for at once in an order by id: one that was made after all others were announced may show less', async () => {
    const reads = reading()
    await reads.show('customers', customerDocument('ada', { version: 3, ordersVersion: 3 }))
    await reads.show('orders', orderDocument('o1', { customerVersion: 2 }))
    announce(reads, customerApplied('ada', 3), { kind: 'ordersOfCustomer', streamId: 'customer-ada', version: 3 })
    const outcome = reads.waiter.waitFor({ ...customer3, recordedAt: Date.now() }, [ORDER], { timeoutMs: 10_000 })
    await passing(100)
    expect(looks).not.toEqual([])
    await reads.show('orders', orderDocument('o1', { customerVersion: 3 }))
    await passing(WAITER_RECHECK_MS)
    expect(await outcome).toEqual(REACHED)
    expect((await reads.store.get('orders', ['o1'])).get('o1')?.document.customerVersion).toBe(3)
  })

  it.each([
    ['an older one', -LISTENED_FOR_MS],
    ['one of tomorrow, by a clock that is off', 86_400_000],
  ])(
    '%s is looked for at once, and no announcement of before is believed: the store may have been made anew since',
    async (_which, ahead) => {
      const reads = reading()
      announce(reads, orderApplied('o1', 3))
      const outcome = reads.waiter.waitFor(fresh(Date.now() + ahead), [DOCUMENT], { timeoutMs: 300 })
      await passing(1)
      expect(looks).toEqual(['orders', 'parked'])
      await passing(300)
      expect(await outcome).toEqual({ kind: 'timedOut', currentVersion: 0 })
    },
  )
})

describe('announcements', () => {
  it('end the wait in the tick in which they come', async () => {
    const reads = liveReadsInMemory()
    const outcomes = [
      reads.waiter.waitFor(order3, [DOCUMENT, TIMELINE], { timeoutMs: 10_000 }),
      reads.waiter.waitFor(customer3, [LISTS], { timeoutMs: 10_000 }),
      reads.waiter.waitFor(customer3, [ORDER], { timeoutMs: 10_000 }),
    ]
    await passing(10)
    reads.ring.append(
      [
        orderApplied('o1', 3),
        customerApplied('ada', 3),
        { kind: 'ordersOfCustomer', streamId: 'customer-ada', version: 4 } as const,
      ].map((result) => ({ result, position: feedPosition(1) })),
    )
    expect(await Promise.all(outcomes)).toEqual([REACHED, REACHED, REACHED])
    expect(reads.registered()).toBe(0)
  })

  it('of another version, projection or stream end nothing', async () => {
    const reads = liveReadsInMemory()
    const outcome = reads.waiter.waitFor(order3, [DOCUMENT, TIMELINE], { timeoutMs: 500 })
    await passing(10)
    for (const result of [
      orderApplied('o1', 2),
      orderApplied('o2', 3),
      orderApplied('o1', 3, {}, ['orders']),
      { kind: 'ordersOfCustomer', streamId: 'order-o1', version: 3 } as const,
    ])
      reads.ring.append([{ result, position: feedPosition(1) }])
    await passing(500)
    expect(await outcome).toEqual({ kind: 'timedOut', currentVersion: 2 })
  })

  it('that are lost cost time only: the next re-check, or the last look at the deadline', async () => {
    const reads = liveReadsInMemory()
    const long = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 60_000 })
    const short = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 300 })
    await passing(10)
    await reads.show('orders', orderDocument('o1', { version: 3 }))
    await passing(290)
    expect(await short).toEqual(REACHED)
    await passing(WAITER_RECHECK_MS - 300)
    expect(await long).toEqual(REACHED)
  })

  it('all waits are looked after in one multi-get of distinct ids', async () => {
    const asked: string[] = []
    const reads = liveReadsInMemory({
      around: (read, name, ids) => {
        asked.push(`${name}: ${ids.join(' ')}`)
        return read()
      },
    })
    const outcomes = ['o1', 'o2', 'o1', 'o3'].map((id) =>
      reads.waiter.waitFor({ streamId: `order-${id}`, version: 1 }, [DOCUMENT], { timeoutMs: 10_000 }),
    )
    await passing(WAITER_RECHECK_MS - 1)
    asked.length = 0
    await passing(1)
    expect(asked).toEqual(['orders: o1 o2 o3', 'parked: order-o1 order-o2 order-o3'])
    reads.waiter.stop()
    expect(await Promise.all(outcomes)).toEqual(outcomes.map(() => ({ kind: 'timedOut', currentVersion: 0 })))
  })
})

describe('parked streams', () => {
  it('answer at once, before and while somebody waits', async () => {
    const reads = liveReadsInMemory()
    await reads.show('orders', orderDocument('o1', { version: 2 }))
    const waiting = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 10_000 })
    await passing(10)
    await reads.parked.park({ ...parkedRow, projection: 'orders' })
    reads.ring.append([{ result: parkedAt('o1', 3), position: feedPosition(1) }])
    await passing(0)
    expect(await waiting).toEqual({ kind: 'parked', currentVersion: 2 })
    const later = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 10_000 })
    await passing(0)
    expect(await later).toEqual({ kind: 'parked', currentVersion: 2 })
  })

  it('are no reason to give up what they do not hold back', async () => {
    const reads = liveReadsInMemory()
    await reads.parked.park({ ...parkedRow, projection: 'orderTimelines' })
    await reads.parked.park({ ...parkedRow, projection: 'orders', failedVersion: 4 })
    const outcome = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 10_000 })
    await passing(10)
    reads.ring.append([{ result: parkedAt('o1', 3), position: feedPosition(1) }])
    await passing(10)
    reads.ring.append([{ result: orderApplied('o1', 3), position: feedPosition(2) }])
    expect(await outcome).toEqual(REACHED)
  })
})

describe('the store', () => {
  it('may be away for a while', async () => {
    let away = true
    const reads = liveReadsInMemory({
      around: (read) => (away ? Promise.reject(new StoreUnavailable('connection refused')) : read()),
    })
    const outcome = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 10_000 })
    await passing(WAITER_RECHECK_MS)
    away = false
    await reads.show('orders', orderDocument('o1', { version: 3 }))
    await passing(WAITER_RECHECK_MS)
    expect(await outcome).toEqual(REACHED)
  })

  it('that never answers is unavailable a second after the deadline', async () => {
    const reads = liveReadsInMemory({ around: () => new Promise(() => undefined) })
    const outcome = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 500 })
    await Promise.all([expect(outcome).rejects.toThrow(StoreUnavailable), passing(1_500)])
    expect(reads.registered()).toBe(0)
  })

  it('that fails by a fault of ours ends the wait with it', async () => {
    const reads = liveReadsInMemory({ around: () => Promise.reject(new TypeError('no such column')) })
    await expect(reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 500 })).rejects.toThrow(TypeError)
    expect(reads.registered()).toBe(0)
  })
})

describe('INV-20 bounds', () => {
  it('refuses waits beyond those of a connection and of all, and takes more once some have ended', async () => {
    const reads = liveReadsInMemory({ waiters: { inAll: 3, perConnection: 2 } })
    const connection = {}
    const abort = new AbortController()
    const wait = (options: { connection?: object; signal?: AbortSignal } = {}) =>
      reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 10_000, ...options })
    const pending = [wait({ connection, signal: abort.signal }), wait({ connection })]
    await expect(wait({ connection })).rejects.toThrow(TooManyWaiters)
    pending.push(wait({ connection: {} }))
    await expect(wait()).rejects.toThrow(TooManyWaiters)
    abort.abort()
    await pending[0]
    pending.push(wait({ connection }))
    reads.waiter.stop()
    expect((await Promise.all(pending)).map(({ kind }) => kind)).toEqual(pending.map(() => 'timedOut'))
    expect(reads.registered()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('an abort removes the wait at once, also one that came before it', async () => {
    const reads = liveReadsInMemory({ around: () => new Promise(() => undefined) })
    const abort = new AbortController()
    const early = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 10_000, signal: abort.signal })
    abort.abort()
    const late = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 10_000, signal: abort.signal })
    await Promise.all([early, late])
    expect(reads.registered()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a wait that speaks for every gateway', () => {
  /** The version is there, but other gateways may show less until `release` is called. */
  async function shownHereAlone() {
    const held = Promise.withResolvers<void>()
    const reads = liveReadsInMemory({ shownEverywhere: () => held.promise })
    await reads.show('orders', orderDocument('o1', { version: 3 }))
    return { reads, release: () => held.resolve() }
  }

  it('is reached when no other can show less, and a wait of this gateway alone before', async () => {
    const { reads, release } = await shownHereAlone()
    const own = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 10_000 })
    let outcome: unknown
    void reads.waiter
      .waitFor(order3, [DOCUMENT], { timeoutMs: 10_000, everywhere: true })
      .then((reached) => (outcome = reached))
    expect(await own).toEqual(REACHED)
    await passing(5_000)
    expect(outcome).toBeUndefined()
    release()
    await passing(0)
    expect(outcome).toEqual(REACHED)
    expect(reads.registered()).toBe(0)
  })

  it('is late, and no more than that, when the deadline comes first', async () => {
    const { reads } = await shownHereAlone()
    const outcome = reads.waiter.waitFor(order3, [DOCUMENT], { timeoutMs: 500, everywhere: true })
    await passing(2_000)
    expect(await outcome).toEqual({ kind: 'timedOut', currentVersion: 2 })
    expect(reads.registered()).toBe(0)
  })
})
