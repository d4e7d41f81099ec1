import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CachedDocuments } from '../../../../src/read/cache/cachedDocuments.js'
import type { DocumentCache } from '../../../../src/read/cache/documentCache.js'
import { InProcessDocumentCache } from '../../../../src/read/cache/inProcessDocumentCache.js'
import type { DocumentReader } from '../../../../src/read/documentStore.js'
import { type Fate, FaultyDocumentCache } from '../../../support/faultyDocumentCache.js'
import { orderDocument } from '../../../support/sampleDocuments.js'

const TTL_MS = 1_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => vi.useRealTimers())

/** A gateway's reads, with the versions of orders that the store holds, and a line for each read of the store. */
function cachedReads(cache: DocumentCache = new InProcessDocumentCache({ ttlMs: TTL_MS })) {
  const versions = new Map<string, number>()
  const storeReads: (readonly string[])[] = []
  let fate: Fate = 'answered'
  const store = {
    get: (_projection: string, ids: readonly string[]) => {
      storeReads.push(ids)
      const found = ids.flatMap((id) => {
        const version = versions.get(id)
        return version === undefined ? [] : [[id, { document: orderDocument(id, { version }) }] as const]
      })
      return Promise.resolve(new Map(found))
    },
  } as DocumentReader
  const cached = new CachedDocuments(store, new FaultyDocumentCache(cache, () => fate))
  return {
    cached,
    cache,
    versions,
    storeReads,
    fail(next: Fate) {
      fate = next
    },
    async read(...ids: readonly string[]) {
      const found = await cached.get('orders', ids)
      return ids.map((id) => found.get(id)?.document.version)
    },
  }
}

describe('reads by id through a cache', () => {
  it('ask the store for what is not in the cache, once, in one read, and put it there', async () => {
    const { read, versions, storeReads } = cachedReads()
    versions.set('1', 1).set('2', 2).set('3', 3)
    expect(await read('1')).toEqual([1])
    expect(await read('1', '2', '3')).toEqual([1, 2, 3])
    expect(await read('3', '2', '1')).toEqual([3, 2, 1])
    expect(storeReads).toEqual([['1'], ['2', '3']])
  })

  it('ask the store each time for what is not there either', async () => {
    const { read, versions } = cachedReads()
    expect(await read('new')).toEqual([undefined])
    versions.set('new', 1)
    expect(await read('new')).toEqual([1])
  })

  it('ask the store again when the life of an entry is over', async () => {
    const { read, versions } = cachedReads()
    versions.set('1', 1)
    await read('1')
    versions.set('1', 2)
    expect(await read('1')).toEqual([1])
    vi.advanceTimersByTime(TTL_MS)
    expect(await read('1')).toEqual([2])
  })

  it('ask the store for what the cache shows too little of, and let everybody see it then', async () => {
    const { cached, read, versions, storeReads } = cachedReads()
    versions.set('1', 1).set('2', 5)
    await read('1', '2')
    versions.set('1', 2)
    const found = await cached.get('orders', ['1', '2'], ({ version }) => version >= 2)
    expect(found.get('1')?.document.version).toBe(2)
    expect(await read('1')).toEqual([2])
    expect(storeReads).toEqual([['1', '2'], ['1']])
  })

  it('go on without the cache, and do not believe it before what it may have missed has ended', async () => {
    const { read, versions, fail, cache } = cachedReads()
    versions.set('1', 1)
    await read('1')
    versions.set('1', 2)
    fail('request lost')
    expect(await read('1')).toEqual([2])
    // Put by a reader that is slower than all others, and for which the cache answers.
    await cache.put([{ projection: 'orders', document: orderDocument('1', { version: 1 }) }], await cache.now())
    fail('answered')
    vi.advanceTimersByTime(TTL_MS - 1)
    expect(await read('1')).toEqual([2])
  })

  it('read the cache again one life after it failed for the last time', async () => {
    const { read, versions, fail, storeReads } = cachedReads()
    versions.set('1', 1)
    fail('answer lost')
    await read('1')
    fail('answered')
    await read('1')
    vi.advanceTimersByTime(TTL_MS)
    await read('1')
    const reads = storeReads.length
    await read('1')
    expect(storeReads.length).toBe(reads)
  })

  it('say when every gateway shows what they showed: at once, or when entries from before a failure have ended', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
    const { cached, read, versions, fail } = cachedReads()
    versions.set('1', 1)
    await read('1')
    await cached.shownEverywhere()
    fail('request lost')
    await read('1')
    let isShown = false
    void cached.shownEverywhere().then(() => (isShown = true))
    await vi.advanceTimersByTimeAsync(TTL_MS - 1)
    expect(isShown).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(isShown).toBe(true)
  })

  it('answer with documents of one generation alone, where readers get to see another one between cache and store', async () => {
    const { cached, cache, read, versions } = cachedReads()
    versions.set('1', 1)
    await read('1')
    // In the generation that comes, every document has another version.
    const get = cache.get.bind(cache)
    cache.get = async (...query) => {
      const answer = await get(...query)
      await cache.suspend(1)
      versions.set('1', 7).set('2', 7)
      await cache.resume(2)
      return answer
    }
    expect(await read('1', '2')).toEqual([7, 7])
    cache.get = get
    await cache.suspend(2)
    expect([...(await cached.get('orders', ['1'])).values()]).toMatchObject([{ document: { version: 7 } }])
    expect((await cache.get('orders', ['1'])).documents.size).toBe(0)
  })

  it('do not hide a fault of the program', async () => {
    const broken = new InProcessDocumentCache({ ttlMs: TTL_MS })
    broken.get = () => Promise.reject(new TypeError('a fault'))
    await expect(cachedReads(broken).read('1')).rejects.toThrow(TypeError)
  })
})
