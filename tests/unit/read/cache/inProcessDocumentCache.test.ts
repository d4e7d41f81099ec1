import { describe, expect, it } from 'vitest'
import { FLOOR_TTL_MS, SUSPENDED_AT_MOST_MS } from '../../../../src/read/cache/documentCache.js'
import { InProcessDocumentCache } from '../../../../src/read/cache/inProcessDocumentCache.js'
import { orderDocument } from '../../../support/sampleDocuments.js'

function order(id: string, version: number) {
  return { projection: 'orders' as const, document: orderDocument(id, { version }) }
}

describe('InProcessDocumentCache', () => {
  it('holds no more than it has room for', async () => {
    const cache = new InProcessDocumentCache({ maxEntries: 2 })
    for (const id of ['1', '2', '3']) await cache.put([order(id, 1)], await cache.now())
    expect([...(await cache.get('orders', ['1', '2', '3'])).documents.keys()]).toEqual(['2', '3'])
  })

  it('takes nothing that was read before a floor which it had to forget', async () => {
    let now = 0
    const cache = new InProcessDocumentCache({ ttlMs: 1_000, maxFloors: 1, clock: () => now })
    const slowReader = await cache.now()
    now = 10
    await cache.put([order('1', 2)], await cache.now())
    await cache.put([order('2', 1)], await cache.now())
    now = 20
    await cache.put([order('1', 1)], slowReader)
    expect((await cache.get('orders', ['1'])).documents.get('1')?.version).not.toBe(1)
    await cache.put([order('1', 2)], await cache.now())
    expect((await cache.get('orders', ['1'])).documents.get('1')?.version).toBe(2)
  })

  it('lets a floor go long after the last process that could put something older', async () => {
    let now = 0
    const cache = new InProcessDocumentCache({ ttlMs: 1_000, clock: () => now })
    await cache.put([order('1', 2)], await cache.now())
    now = FLOOR_TTL_MS
    await cache.put([order('1', 1)], await cache.now())
    expect((await cache.get('orders', ['1'])).documents.get('1')?.version).toBe(1)
  })

  it('opens by itself when nobody is left to resume it', async () => {
    let now = 0
    const cache = new InProcessDocumentCache({ ttlMs: 1_000, clock: () => now })
    await cache.suspend(1)
    now = SUSPENDED_AT_MOST_MS
    expect(await cache.put([order('1', 2)], await cache.now())).toBe(true)
    expect((await cache.get('orders', ['1'])).documents.size).toBe(1)
  })
})
