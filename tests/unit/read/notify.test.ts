import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { WaitOutcome } from '../../../src/read/consistency.js'
import { StoreUnavailable } from '../../../src/read/documentStore.js'
import { liveReadsInMemory, WAITER_RECHECK_MS } from '../../support/liveReadsInMemory.js'
import { feedPosition } from '../../support/memory/memoryAnnouncementFeed.js'
import { orderApplied, parkedAt } from '../../support/sampleAnnouncements.js'
import { orderDocument, timelineDocument } from '../../support/sampleDocuments.js'
import { runToIdle, withItsReads } from './interleavings.js'

// A thousand runs take a second or two of a core, and many times that where others want it too.
vi.setConfig({ testTimeout: 60_000 })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
})
afterEach(() => vi.useRealTimers())

const LAST_VERSION = 4

/** How the announcement of a version travels. */
type Travel = 'once' | 'twice' | 'lost'
const travels = (...ways: readonly Travel[]) =>
  fc.array(fc.constantFrom(...ways), { minLength: LAST_VERSION, maxLength: LAST_VERSION })

const script = fc.record({
  announcements: fc.oneof(travels('once', 'twice'), travels('once', 'twice', 'lost')),
  /** The projection parks the stream instead of applying this version. */
  parkedFrom: fc.option(fc.integer({ min: 1, max: LAST_VERSION }), { nil: undefined, freq: 2 }),
  /** These reads of the store, by number, fail. */
  failing: fc.oneof(fc.constant<number[]>([]), fc.uniqueArray(fc.nat(12), { maxLength: 3 })),
  /** Clock steps between the other things that happen. */
  ticksMs: fc.array(fc.constantFrom(1, 400, 1_000), { maxLength: 4 }),
  waits: fc.array(
    fc.record({
      version: fc.integer({ min: 1, max: LAST_VERSION }),
      timeoutMs: fc.constantFrom(0, 500, 60_000),
      /** Of the write, when the wait begins; undefined where its token does not say. */
      ageMs: fc.constantFrom(undefined, 0, 1_000),
      lists: fc.boolean(),
      aborts: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})

test('INV-14 NOTIFY every wait has one outcome, and a true one, whatever comes first: write, announcement, look, clock or abort', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler({ act: withItsReads }),
      script,
      async (s, { announcements, parkedFrom, failing, ticksMs, waits }) => {
        let readNumber = 0
        const { store, parked, ring, waiter, show, registered } = liveReadsInMemory({
          around: async (read, name) => {
            const number = readNumber++
            await s.schedule(Promise.resolve(), `${name} ${number} arrives`)
            if (failing.includes(number)) throw new StoreUnavailable('cut off')
            const answer = await read()
            await s.schedule(Promise.resolve(), `${name} ${number} answers`)
            return answer
          },
        })
        const step = (label: string) => s.schedule(Promise.resolve(), label)
        const shown = () => store.all('orders').get('o1')?.version ?? 0

        async function project() {
          for (const [index, travel] of announcements.entries()) {
            const version = index + 1
            await step(`write ${version}`)
            const isParked = parkedFrom !== undefined && version >= parkedFrom
            if (isParked) await parked.park(parkedRow(parkedFrom, version))
            else {
              await show('orderTimelines', timelineDocument('o1', version))
              await show('orders', orderDocument('o1', { version }))
            }
            const result = isParked ? parkedAt('o1', parkedFrom) : orderApplied('o1', version)
            for (let left = { once: 1, twice: 2, lost: 0 }[travel]; left > 0; left--) {
              await step(`announce ${version}`)
              ring.append([{ result, position: feedPosition(version) }])
            }
          }
        }

        async function tick() {
          for (const ms of ticksMs) {
            await step(`${ms} ms`)
            vi.advanceTimersByTime(ms)
          }
        }

        async function wait({ version, timeoutMs, ageMs, lists, aborts }: (typeof waits)[number]) {
          await step(`wait for ${version}`)
          const abort = new AbortController()
          const beganAt = Date.now()
          const outcome = waiter.waitFor(
            { streamId: 'order-o1', version, ...(ageMs !== undefined && { recordedAt: beganAt - ageMs }) },
            lists ? [{ kind: 'document' }, { kind: 'timeline' }, { kind: 'lists' }] : [{ kind: 'document' }],
            { timeoutMs, signal: abort.signal },
          )
          if (aborts) void step('abort').then(() => abort.abort())
          // Judged in the tick in which it comes.
          await outcome.then(
            (ended) => judge(ended, version, Date.now() - beganAt >= timeoutMs || abort.signal.aborted),
            (error: unknown) => {
              expect(error).toBeInstanceOf(StoreUnavailable)
              expect(Date.now() - beganAt).toBeGreaterThanOrEqual(timeoutMs)
            },
          )
        }

        function judge(outcome: WaitOutcome, version: number, mayBeLate: boolean) {
          if (outcome.kind === 'reached') return expect(shown()).toBeGreaterThanOrEqual(version)
          expect(outcome.currentVersion).toBeLessThan(version)
          if (outcome.kind === 'parked') expect(parkedFrom).toBeLessThanOrEqual(version)
          else expect(mayBeLate).toBe(true)
        }

        const ended = Promise.all([project(), tick(), ...waits.map(wait)])
        let isEnded = false
        void ended.then(
          () => (isEnded = true),
          () => (isEnded = true),
        )
        await runToIdle(s)
        // Where nothing is lost nobody needs a re-check.
        if (failing.length === 0 && !announcements.includes('lost')) expect(isEnded).toBe(true)
        // What is decided by no message is decided by one re-check, and one more for each read that failed.
        for (let round = 0; round <= failing.length + 1 && !isEnded; round++) {
          vi.advanceTimersByTime(WAITER_RECHECK_MS)
          await runToIdle(s)
        }
        expect(isEnded).toBe(true)
        await ended
        expect(registered()).toBe(0)
        expect(vi.getTimerCount()).toBe(0)
      },
    ),
    { numRuns: 1_000 },
  )
})

function parkedRow(failedVersion: number, lastSkipped: number) {
  return {
    projection: 'orders' as const,
    streamId: 'order-o1',
    failedVersion,
    lastSkipped,
    eventType: 'OrderShipped',
    eventPosition: '1:740:12',
    error: 'no such thing',
    attempts: 3,
    parkedAt: '2026-03-01T09:30:00.000Z',
  }
}
