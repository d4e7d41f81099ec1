import { describe, expect, it } from 'vitest'
import { RefreshLoop } from '../../../../src/read/elasticsearch/refreshLoop.js'

/** A loop whose refreshes end, whose clock moves and whose pauses are over when the test says so. */
class Bench {
  nowMs = 0
  readonly refreshes: PromiseWithResolvers<void>[] = []
  readonly pauses: (PromiseWithResolvers<void> & { readonly ms: number })[] = []
  readonly loop = new RefreshLoop({
    refresh: () => added(this.refreshes, Promise.withResolvers<void>()).promise,
    clock: () => this.nowMs,
    pause: (ms) => added(this.pauses, { ...Promise.withResolvers<void>(), ms }).promise,
  })

  /** Lets everything run that waits for nothing from outside. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
  }

  async endRefresh(place: number, durationMs = 0): Promise<void> {
    this.nowMs += durationMs
    this.refreshes[place]?.resolve()
    await this.settle()
  }

  async endPause(place: number): Promise<void> {
    const pause = this.pauses[place]
    this.nowMs += pause?.ms ?? 0
    pause?.resolve()
    await this.settle()
  }
}

function added<Item>(list: Item[], item: Item): Item {
  list.push(item)
  return item
}

/** 'waiting' until the call has ended. */
function stateOf(call: Promise<void>): { now: 'waiting' | 'reached' | 'failed' } {
  const state: { now: 'waiting' | 'reached' | 'failed' } = { now: 'waiting' }
  call.then(
    () => {
      state.now = 'reached'
    },
    () => {
      state.now = 'failed'
    },
  )
  return state
}

describe('RefreshLoop', () => {
  it('refreshes for nobody while nobody waits', async () => {
    const bench = new Bench()
    await bench.settle()
    expect(bench.refreshes).toHaveLength(0)

    const call = bench.loop.reached()
    await bench.settle()
    await bench.endRefresh(0)
    await call
    await bench.settle()
    expect(bench.refreshes).toHaveLength(1)
    expect(bench.pauses).toHaveLength(0)
  })

  it('serves all who came before it began with one refresh', async () => {
    const bench = new Bench()
    const calls = [bench.loop.reached(), bench.loop.reached(), bench.loop.reached()].map(stateOf)
    await bench.settle()
    expect(bench.refreshes).toHaveLength(1)
    expect(calls.map(({ now }) => now)).toEqual(['waiting', 'waiting', 'waiting'])
    await bench.endRefresh(0)
    expect(calls.map(({ now }) => now)).toEqual(['reached', 'reached', 'reached'])
  })

  it('does not count a refresh that was under way: what was acknowledged after it began may be missing from it', async () => {
    const bench = new Bench()
    const early = stateOf(bench.loop.reached())
    await bench.settle()
    const late = stateOf(bench.loop.reached())
    await bench.settle()
    expect(bench.refreshes).toHaveLength(1)
    await bench.endRefresh(0)
    expect([early.now, late.now]).toEqual(['reached', 'waiting'])
    await bench.endPause(0)
    expect(bench.refreshes).toHaveLength(2)
    await bench.endRefresh(1)
    expect(late.now).toBe('reached')
  })

  it.each([
    { durationMs: 3, restMs: 47, rule: '50 ms after the last one began' },
    { durationMs: 25, restMs: 75, rule: 'three times the duration of the last one after it ended' },
    { durationMs: 3_000, restMs: 500, rule: 'half a second after one that took long' },
  ])('begins the next one no sooner than $rule', async ({ durationMs, restMs }) => {
    const bench = new Bench()
    const first = bench.loop.reached()
    await bench.settle()
    await bench.endRefresh(0, durationMs)
    await first

    const second = bench.loop.reached()
    await bench.settle()
    expect(bench.pauses.map(({ ms }) => ms)).toEqual([restMs])
    expect(bench.refreshes).toHaveLength(1)
    const joined = bench.loop.reached()
    await bench.endPause(0)
    expect(bench.refreshes).toHaveLength(2)
    await bench.endRefresh(1)
    await Promise.all([second, joined])
  })

  it('makes nobody wait who comes long after the last one', async () => {
    const bench = new Bench()
    const first = bench.loop.reached()
    await bench.settle()
    await bench.endRefresh(0, 25)
    await first
    bench.nowMs += 1_000
    const second = bench.loop.reached()
    await bench.settle()
    expect(bench.pauses).toHaveLength(0)
    await bench.endRefresh(1)
    await second
  })

  it('tells all who waited that a refresh failed, and tries anew for the next', async () => {
    const bench = new Bench()
    const calls = [bench.loop.reached(), bench.loop.reached()].map(stateOf)
    await bench.settle()
    const late = stateOf(bench.loop.reached())
    bench.refreshes[0]?.reject(new Error('a shard is gone'))
    await bench.settle()
    expect(calls.map(({ now }) => now)).toEqual(['failed', 'failed'])
    expect(late.now).toBe('waiting')
    await bench.endPause(0)
    await bench.endRefresh(1)
    expect(late.now).toBe('reached')
  })
})
