import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProjectionResult } from '../../../src/contract/projectionResult.js'
import type { FeedItem, FeedPosition } from '../../../src/read/announcementFeed.js'
import type { WaitOutcome } from '../../../src/read/consistency.js'
import { TimeToVisible } from '../../../src/read/timeToVisible.js'
import { type Measured, measuredInTest } from '../../support/measured.js'

const NOW = Date.parse('2026-03-01T10:00:00.000Z')
/** Recorded two seconds before NOW. */
const applied = (version: number): ProjectionResult => ({
  kind: 'applied',
  projections: ['orders'],
  streamId: 'order-1',
  version,
  type: 'OrderConfirmed',
  recordedAt: '2026-03-01T09:59:58.000Z',
  order: null,
})
const { recordedAt: _recordedAt, ...ofAnEarlierRelease } = applied(1) as ProjectionResult & { recordedAt?: string }
const parked: ProjectionResult = { kind: 'parked', projections: ['orders'], streamId: 'order-1', version: 2 }

let measured: Measured
let now: number | undefined
let visible: TimeToVisible
beforeEach(() => {
  measured = measuredInTest()
  now = NOW
  visible = new TimeToVisible({ now: () => now }, measured.instruments)
})
afterEach(() => measured[Symbol.asyncDispose]())

const counted = (stage: string) =>
  measured.value('order_gateway_time_to_visible_seconds_count', { order_gateway_stage: stage })
const summed = (stage: string) =>
  measured.value('order_gateway_time_to_visible_seconds_sum', { order_gateway_stage: stage })

describe('time to visible', () => {
  it('of documents is measured once, when their announcement is out', async () => {
    const failures = [new Error('feed down')]
    const feed = visible.published({
      publish: async () => {
        const failure = failures.shift()
        if (failure) throw failure
      },
    })
    const results = [applied(1), applied(2), parked, ofAnEarlierRelease]
    await expect(feed.publish(results)).rejects.toThrow('feed down')
    expect(await counted('document')).toBeUndefined()
    await feed.publish(results)
    expect(await counted('document')).toBe(2)
    expect(await summed('document')).toBe(4)
  })

  it('is not made up while the clock of the database is not known', async () => {
    now = undefined
    await visible.published({ publish: async () => undefined }).publish([applied(1)])
    expect(await counted('document')).toBeUndefined()
  })

  it('is never negative, however the clocks differ', async () => {
    now = NOW - 60_000
    await visible.published({ publish: async () => undefined }).publish([applied(1)])
    expect(await summed('document')).toBe(0)
  })

  it('to whoever listens is measured after they were told', async () => {
    const told: FeedItem[] = []
    let seenWhenTold: number | undefined | Promise<number | undefined>
    const feed = visible.followed(following([applied(1)]))
    await feed.follow(
      '' as FeedPosition,
      (items) => {
        told.push(...items)
        seenWhenTold = counted('pushed')
      },
      new AbortController().signal,
    )
    expect(told.map(({ result }) => result)).toEqual([applied(1)])
    await seenWhenTold
    expect(await counted('pushed')).toBe(1)
  })

  it('in search is measured for waits that were there before it, and for no others', async () => {
    const ends: ((outcome: WaitOutcome) => void)[] = []
    const waiter = visible.waiting({ waitFor: () => new Promise((resolve) => ends.push(resolve)) })
    const target = { streamId: 'order-1', version: 1 }
    const waits = [
      waiter.waitFor(target, [{ kind: 'document' }, { kind: 'lists' }], { timeoutMs: 1 }),
      waiter.waitFor(target, [{ kind: 'lists' }], { timeoutMs: 1 }),
      waiter.waitFor({ ...target, version: 2 }, [{ kind: 'lists' }], { timeoutMs: 1 }),
      waiter.waitFor(target, [{ kind: 'document' }], { timeoutMs: 1 }),
    ]
    expect(await measured.value('order_gateway_waiters_active')).toBe(4)
    await visible
      .followed(following([applied(1)]))
      .follow('' as FeedPosition, () => undefined, new AbortController().signal)
    const late = waiter.waitFor(target, [{ kind: 'lists' }], { timeoutMs: 1 })
    const outcomes: WaitOutcome[] = [
      { kind: 'reached' },
      { kind: 'timedOut', currentVersion: 0 },
      { kind: 'reached' },
      { kind: 'reached' },
      { kind: 'reached' },
    ]
    for (const [index, outcome] of outcomes.entries()) ends[index]?.(outcome)
    expect(await Promise.all([...waits, late])).toEqual(outcomes)
    expect(await counted('searchable')).toBe(1)
    expect(await measured.value('order_gateway_waiters_active')).toBe(0)
  })
})

function following(results: readonly ProjectionResult[]): Parameters<TimeToVisible['followed']>[0] {
  return {
    latest: () => Promise.reject(new Error('The test did not expect this call.')),
    isLater: () => false,
    follow: async (_after, onItems) =>
      onItems(results.map((result, index) => ({ result, position: String(index) as FeedPosition }))),
  }
}
