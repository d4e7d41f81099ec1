import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StoreUnavailable } from '../../../src/read/documentStore.js'
import { liveReadsInMemory, WATCHER_RECHECK_MS } from '../../support/liveReadsInMemory.js'
import { feedPosition } from '../../support/memory/memoryAnnouncementFeed.js'
import { orderApplied } from '../../support/sampleAnnouncements.js'
import { orderDocument, timelineDocument } from '../../support/sampleDocuments.js'
import { runToIdle, withItsReads } from './interleavings.js'

// Hundreds of runs take a second or two of a core, and many times that where others want it too.
vi.setConfig({ testTimeout: 60_000 })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
})
afterEach(() => vi.useRealTimers())

const LAST_VERSION = 6

/** How the announcement of a version travels. */
type Travel = 'once' | 'twice' | 'lost'
const travels = (...ways: readonly Travel[]) =>
  fc.array(fc.constantFrom(...ways), { minLength: LAST_VERSION, maxLength: LAST_VERSION })

const script = fc.record({
  announcements: fc.oneof(travels('once', 'twice'), travels('once', 'twice', 'lost')),
  timelineFirst: fc.boolean(),
  /** These reads of the store, by number, fail. */
  failing: fc.oneof(fc.constant<number[]>([]), fc.uniqueArray(fc.nat(12), { maxLength: 3 })),
  /** Each connection breaks after so many items, or while it waits for the next one. */
  connections: fc.array(fc.record({ items: fc.nat(3), whileWaiting: fc.boolean() }), { maxLength: 3 }),
})

test('INV-15 RESUME over broken connections every change of an order is given once, in order, with a document that shows it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler({ act: withItsReads }),
      script,
      async (s, { announcements, timelineFirst, failing, connections }) => {
        let readNumber = 0
        const { ring, watcher, show, registered } = liveReadsInMemory({
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

        async function project() {
          for (const [index, travel] of announcements.entries()) {
            const version = index + 1
            const writes = [
              () => show('orders', orderDocument('o1', { version })),
              () => show('orderTimelines', timelineDocument('o1', version)),
            ]
            for (const write of timelineFirst ? writes.reverse() : writes) {
              await step(`write ${version}`)
              await write()
            }
            for (let left = { once: 1, twice: 2, lost: 0 }[travel]; left > 0; left--) {
              await step(`announce ${version}`)
              ring.append([{ result: orderApplied('o1', version), position: feedPosition(version) }])
            }
          }
        }

        const given: number[] = []
        async function read(items: number, whileWaiting: boolean) {
          await step('connect')
          const abort = new AbortController()
          const last = given.at(-1)
          const changes = watcher.watchOrder('o1', {
            signal: abort.signal,
            ...(last === undefined ? {} : { sinceVersion: last }),
          })
          if (whileWaiting) void step('break').then(() => abort.abort())
          let left = items
          for await (const { cursor, version, order, type } of changes) {
            expect(cursor).toEqual({ version })
            expect(order.version).toBeGreaterThanOrEqual(version)
            expect(type).toBe(version === 1 ? 'OrderCreated' : 'PaymentProcessed')
            given.push(version)
            left -= 1
            if (left <= 0 || version === LAST_VERSION) break
            await step('read on')
          }
          abort.abort()
        }

        async function readAll() {
          for (const { items, whileWaiting } of connections) {
            if (items > 0 && given.at(-1) !== LAST_VERSION) await read(items, whileWaiting)
          }
          if (given.at(-1) !== LAST_VERSION) await read(LAST_VERSION, false)
        }

        let isEnded = false
        const ended = Promise.all([project(), readAll()]).finally(() => {
          isEnded = true
        })
        ended.catch(() => undefined)
        await runToIdle(s)
        // Where nothing is lost nobody needs a re-check.
        if (failing.length === 0 && !announcements.includes('lost')) expect(isEnded).toBe(true)
        // A change that nobody announced is found by the next re-check; so is one whose read failed, for each connection.
        for (let round = 0; round <= failing.length + connections.length + 1 && !isEnded; round++) {
          vi.advanceTimersByTime(WATCHER_RECHECK_MS)
          await runToIdle(s)
        }
        expect(isEnded).toBe(true)
        await ended
        const first = given[0] ?? 0
        expect(given).toEqual(Array.from({ length: LAST_VERSION - first + 1 }, (_, index) => first + index))
        expect(registered()).toBe(0)
        expect(vi.getTimerCount()).toBe(0)
      },
    ),
    { numRuns: 500 },
  )
})
