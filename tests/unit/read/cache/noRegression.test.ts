import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WriteThrough } from '../../../../projector/writeThrough.js'
import { CachedDocuments } from '../../../../src/read/cache/cachedDocuments.js'
import { InProcessDocumentCache } from '../../../../src/read/cache/inProcessDocumentCache.js'
import type { DocumentReader, Revision } from '../../../../src/read/documentStore.js'
import { type Fate, FaultyDocumentCache } from '../../../support/faultyDocumentCache.js'
import { MemoryDocumentStore } from '../../../support/memory/memoryDocumentStore.js'
import { silentLogger } from '../../../support/projectorHarness.js'
import { orderDocument } from '../../../support/sampleDocuments.js'
import { runToIdle, withItsReads } from '../interleavings.js'

vi.setConfig({ testTimeout: 60_000 })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => vi.useRealTimers())

const TTL_MS = 100
const LAST_VERSION = 4

/** Of one process: of a link that works, or that fails now and then, or that is down for most of the time. */
const fates = fc.oneof(
  ...[0, 1, 8].map((failing) =>
    fc.infiniteStream(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant<Fate>('answered') },
        { weight: failing, arbitrary: fc.constantFrom<Fate>('request lost', 'answer lost', 'late') },
      ),
    ),
  ),
)

const gateway = fc.record({
  fates,
  /** Reads one after the other; a look wants at least this version from wherever it comes. */
  reads: fc.array(fc.option(fc.integer({ min: 1, max: LAST_VERSION }), { nil: undefined }), {
    minLength: 3,
    maxLength: 8,
  }),
})

const script = fc.record({
  projectorFates: fates,
  gateways: fc.array(gateway, { minLength: 2, maxLength: 3 }),
  /** Suspensions, each done twice, whose calls may get lost or arrive late. */
  switches: fc.array(fc.record({ fates }), { maxLength: 3 }),
  /** Clock steps between the other things that happen. */
  ticksMs: fc.array(fc.constantFrom(20, 50, TTL_MS - 1), { maxLength: 16 }),
})

test('INV-9 NO-REGRESSION no reader of a gateway sees a document go back, nor any gateway less than was announced, whatever is lost or late', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler({ act: withItsReads }),
      script,
      async (s, { projectorFates, gateways, switches, ticksMs }) => {
        const step = (label: string): Promise<void> => s.schedule(Promise.resolve(), label)
        const cache = new InProcessDocumentCache({ ttlMs: TTL_MS })
        const documents = new MemoryDocumentStore()
        const storeOnTheWay: DocumentReader = {
          async get(projection, ids) {
            await step('store read arrives')
            const found = await documents.get(projection, ids)
            await step('store read is answered')
            return found
          },
        }
        let announced = 0

        async function project() {
          const link = new FaultyDocumentCache(
            cache,
            () => projectorFates.next().value,
            (what) => step(`projector's ${what}`),
          )
          const store = new WriteThrough(documents, link, silentLogger)
          let expected: Revision | 'absent' = 'absent'
          for (let version = 1; version <= LAST_VERSION; version++) {
            await step(`write ${version}`)
            const document = orderDocument('o1', { version })
            const [result] = await store.write([{ projection: 'orders', document, expected }])
            if (result?.kind === 'written') expected = result.revision
            await store.shownEverywhere()
            announced = version
          }
        }

        async function read({ fates: itsFates, reads }: (typeof gateways)[number], name: string) {
          const link = new FaultyDocumentCache(
            cache,
            () => itsFates.next().value,
            (what) => step(`${name}'s ${what}`),
          )
          const cached = new CachedDocuments(storeOnTheWay, link)
          let last = 0
          for (const wanted of reads) {
            await step(`${name} reads`)
            const atLeast = Math.max(last, announced)
            const found = await cached.get('orders', ['o1'], ({ version }) => wanted === undefined || version >= wanted)
            last = found.get('o1')?.document.version ?? 0
            expect(last).toBeGreaterThanOrEqual(atLeast)
          }
        }

        async function switchOver() {
          for (const [index, { fates: itsFates }] of switches.entries()) {
            const link = new FaultyDocumentCache(
              cache,
              () => itsFates.next().value,
              (what) => step(`the switch's ${what}`),
            )
            for (const call of [() => link.suspend(index), () => link.suspend(index), () => link.resume(index + 1)]) {
              await step('switch')
              await call().catch(() => undefined)
            }
          }
        }

        async function tick() {
          for (const ms of ticksMs) {
            await step(`${ms} ms`)
            await vi.advanceTimersByTimeAsync(ms)
          }
        }

        const actors = [
          project(),
          tick(),
          switchOver(),
          ...gateways.map((each, index) => read(each, `gateway ${index}`)),
        ]
        // Awaited beside the steps, so that a failure ends the run; a projector that holds an announcement back has to be let out of it.
        const ended = Promise.all(actors)
        ended.catch(() => undefined)
        for (let round = 0; round <= LAST_VERSION + 1; round++) {
          await runToIdle(s)
          await vi.advanceTimersByTimeAsync(TTL_MS)
        }
        await ended
      },
    ),
    { numRuns: 200 },
  )
})
