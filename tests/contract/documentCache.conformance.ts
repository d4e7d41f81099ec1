import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CacheInstant, CacheUnavailable, type DocumentCache } from '../../src/read/cache/documentCache.js'
import { eventually } from '../support/eventually.js'
import { customerDocument, orderDocument, productDocument, timelineDocument } from '../support/sampleDocuments.js'

export interface OpenedDocumentCache {
  readonly cache: DocumentCache
  /** Another process's view of the same cache; the same one where it is of one process. */
  readonly elsewhere: DocumentCache
  close(): Promise<void>
}

/** What every cache of documents does. open: a new cache, empty, whose entries live for `ttlMs`. */
export function describeDocumentCache(name: string, open: (ttlMs: number) => Promise<OpenedDocumentCache>): void {
  describe(`${name} as a cache of documents`, () => {
    let long: OpenedDocumentCache
    let short: OpenedDocumentCache
    let cache: DocumentCache

    beforeAll(async () => {
      long = await open(60_000)
      short = await open(100)
      cache = long.cache
    })
    afterAll(async () => {
      await long.close()
      await short.close()
    })

    async function putOrder(id: string, version: number, customerVersion = 1, asOf?: CacheInstant): Promise<void> {
      const document = orderDocument(id, { version, customerVersion })
      await cache.put([{ projection: 'orders', document }], asOf ?? (await cache.now()))
    }

    async function before(ms: number): Promise<CacheInstant> {
      const { at, period } = await cache.now()
      return { at: at - ms, period }
    }

    async function shown(id: string): Promise<readonly [version: number, customerVersion: number] | undefined> {
      const order = (await long.elsewhere.get('orders', [id])).documents.get(id)
      return order && [order.version, order.customerVersion]
    }

    it('gives back every kind of document as it was put, to everybody', async () => {
      const order = orderDocument('kinds', { customerName: 'Zoë "Ω" \\ 🦊', totalMinor: Number.MAX_SAFE_INTEGER })
      const timeline = timelineDocument('kinds', 3)
      const customer = customerDocument('kinds')
      const product = productDocument('kinds')
      await cache.put(
        [
          { projection: 'orders', document: order },
          { projection: 'orderTimelines', document: timeline },
          { projection: 'customers', document: customer },
          { projection: 'products', document: product },
        ],
        await cache.now(),
      )
      const { elsewhere } = long
      expect((await elsewhere.get('orders', ['kinds'])).documents).toEqual(new Map([['kinds', order]]))
      expect((await elsewhere.get('orderTimelines', ['kinds'])).documents.get('kinds')).toEqual(timeline)
      expect((await elsewhere.get('customers', ['kinds'])).documents.get('kinds')).toEqual(customer)
      expect((await elsewhere.get('products', ['kinds'])).documents.get('kinds')).toEqual(product)
    })

    it('leaves out what is not there, and takes nothing to put', async () => {
      await putOrder('there', 1)
      expect([...(await cache.get('orders', ['nowhere', 'there', 'nul\0nul'])).documents.keys()]).toEqual(['there'])
      expect((await cache.get('orders', [])).documents).toEqual(new Map())
      await cache.put([], await cache.now())
    })

    it('keeps ids apart that hold the separators of keys', async () => {
      await putOrder('a:b', 1)
      await putOrder('orders:a:b', 2)
      await putOrder('floor:orders:a:b', 3)
      expect(await shown('a:b')).toEqual([1, 1])
      expect(await shown('orders:a:b')).toEqual([2, 1])
    })

    it('is never moved back, in either source of a document', async () => {
      await putOrder('back', 5, 3)
      for (const [version, customerVersion] of [
        [4, 3],
        [5, 2],
        [1, 1],
      ] as const) {
        await putOrder('back', version, customerVersion)
        expect(await shown('back')).toEqual([5, 3])
      }
      await putOrder('back', 5, 4)
      expect(await shown('back')).toEqual([5, 4])
      await putOrder('back', 6, 4)
      expect(await shown('back')).toEqual([6, 4])
    })

    it("goes by what a customer's orders show as well", async () => {
      const put = async (version: number, ordersVersion: number) =>
        cache.put(
          [{ projection: 'customers', document: customerDocument('swept', { version, ordersVersion }) }],
          await cache.now(),
        )
      await put(2, 2)
      await put(2, 1)
      expect((await cache.get('customers', ['swept'])).documents.get('swept')?.ordersVersion).toBe(2)
    })

    it('shows neither of two documents of which none is newer in both sources', async () => {
      await putOrder('split', 5, 1)
      await putOrder('split', 4, 2)
      expect(await shown('split')).toBeUndefined()
      await putOrder('split', 5, 2)
      expect(await shown('split')).toEqual([5, 2])
    })

    it('ends an entry when its life is over, counted from when it was known to be the newest, not from when it came', async () => {
      const { cache: brief, elsewhere } = short
      const asOf = await brief.now()
      const put = () => brief.put([{ projection: 'orders', document: orderDocument('brief') }], asOf)
      await put()
      await eventually(async () => (await elsewhere.get('orders', ['brief'])).documents.size === 0)
      await put()
      expect((await elsewhere.get('orders', ['brief'])).documents.size).toBe(0)
      await brief.put([{ projection: 'orders', document: orderDocument('brief') }], await brief.now())
      expect((await elsewhere.get('orders', ['brief'])).documents.size).toBe(1)
    })

    it('still refuses what is older when the entry has ended', async () => {
      const { cache: brief } = short
      const put = async (version: number) =>
        brief.put([{ projection: 'orders', document: orderDocument('floor', { version }) }], await brief.now())
      await put(2)
      await eventually(async () => (await brief.get('orders', ['floor'])).documents.size === 0)
      await put(1)
      expect((await brief.get('orders', ['floor'])).documents.size).toBe(0)
    })

    it('ends what it shows when a newer document comes too late to be shown itself', async () => {
      await putOrder('late', 1)
      await putOrder('late', 2, 1, await before(60_001))
      expect(await shown('late')).toBeUndefined()
    })

    it('takes as many documents as a slice of events makes', async () => {
      const documents = Array.from({ length: 2_000 }, (_, index) => orderDocument(`slice-${index}`))
      await cache.put(
        documents.map((document) => ({ projection: 'orders' as const, document })),
        await cache.now(),
      )
      const { documents: found } = await long.elsewhere.get(
        'orders',
        documents.map(({ id }) => id),
      )
      expect(found.size).toBe(documents.length)
    })

    it('shows and takes nothing while it is suspended, and afterwards nothing from before', async () => {
      const { cache: own, elsewhere, close } = await open(60_000)
      const put = async (id: string, asOf?: CacheInstant) =>
        own.put([{ projection: 'orders', document: orderDocument(id) }], asOf ?? (await own.now()))
      const shows = async (id: string) => (await elsewhere.get('orders', [id])).documents.has(id)
      expect(await put('before')).toBe(true)
      const early = await own.now()

      await elsewhere.suspend(1)
      expect(await shows('before')).toBe(false)
      expect(await put('early', early)).toBe(false)
      expect(await put('meanwhile')).toBe(false)
      expect(await shows('meanwhile')).toBe(false)
      const meanwhile = (await elsewhere.get('orders', ['meanwhile'])).asOf

      await own.resume(2)
      for (const id of ['before', 'early', 'meanwhile']) expect(await shows(id)).toBe(false)
      await expect(put('early', early)).rejects.toThrow(CacheUnavailable)
      await expect(put('meanwhile', meanwhile)).rejects.toThrow(CacheUnavailable)
      expect(await put('after')).toBe(true)
      expect(await shows('after')).toBe(true)
      await close()
    })

    it('is suspended and resumed by any number of processes, and not by one that is late', async () => {
      const { cache: own, elsewhere, close } = await open(60_000)
      const put = async () =>
        own.put([{ projection: 'orders', document: orderDocument('o1', { version: 2 }) }], await own.now())
      const isShown = async () => (await elsewhere.get('orders', ['o1'])).documents.has('o1')
      await own.resume(1)
      expect(await put()).toBe(true)
      await own.suspend(1)
      await elsewhere.suspend(1)
      expect(await put()).toBe(false)
      await own.resume(2)
      expect(await put()).toBe(true)
      await elsewhere.suspend(1)
      await elsewhere.resume(2)
      expect(await isShown()).toBe(true)

      await own.suspend(2)
      await own.resume(1)
      expect(await isShown()).toBe(false)
      expect(await put()).toBe(true)
      await close()
    })

    it('INV-9 NO-REGRESSION: with writers at once, in any order, no reader sees a version go back', async () => {
      const versions = Array.from({ length: 60 }, (_, index) => index + 1)
      let writing = true
      const readers = [cache, long.elsewhere].map(async (reader) => {
        for (let last = 0; writing; ) {
          const { documents } = await reader.get('orders', ['race'])
          const version = documents.get('race')?.version ?? last
          expect(version).toBeGreaterThanOrEqual(last)
          last = version
          // An in-process cache answers within the tick: the writers have to get theirs.
          await new Promise(setImmediate)
        }
      })
      const writers = [versions, [...versions].reverse(), versions.filter((version) => version % 3 === 0)].map(
        async (order) => {
          for (const version of order) await putOrder('race', version)
        },
      )
      try {
        await Promise.all(writers)
      } finally {
        writing = false
      }
      await Promise.all(readers)
      expect(await shown('race')).toEqual([60, 1])
    })
  })
}
