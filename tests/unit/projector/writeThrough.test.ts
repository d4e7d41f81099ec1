import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SliceConsumer } from '../../../projector/consumeBatch.js'
import type { ProjectionResult } from '../../../src/contract/projectionResult.js'
import { type DocumentCache, ENTRY_TTL_MS } from '../../../src/read/cache/documentCache.js'
import { InProcessDocumentCache } from '../../../src/read/cache/inProcessDocumentCache.js'
import type { DocumentStore, DocumentWrite } from '../../../src/read/documentStore.js'
import { type Fate, FaultyDocumentCache } from '../../support/faultyDocumentCache.js'
import { projectorInMemory } from '../../support/projectorHarness.js'
import {
  contactChanged,
  customerForgotten,
  customerRegistered,
  itemAdded,
  orderCreated,
} from '../../support/sampleEvents.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => vi.useRealTimers())

/** A projector before a cache, and what the cache showed of each stream when something was announced of it. */
function projectorBeforeCache() {
  const cache = new InProcessDocumentCache()
  let fate: Fate = 'answered'
  const announced: { readonly result: ProjectionResult; readonly shown: readonly (number | undefined)[] }[] = []
  const harness = projectorInMemory({
    cache: new FaultyDocumentCache(cache, () => fate),
    feed: {
      async publish(results) {
        for (const result of results) announced.push({ result, shown: await shownOf(cache, result.streamId) })
      },
    },
  })
  return {
    ...harness,
    cache,
    announced,
    fail(next: Fate) {
      fate = next
    },
  }
}

/** The versions of the order and of its timeline. */
async function shownOf(cache: DocumentCache, streamId: string): Promise<readonly (number | undefined)[]> {
  const id = streamId.replace('order-', '')
  const orders = await cache.get('orders', [id])
  const timelines = await cache.get('orderTimelines', [id])
  return [orders.documents.get(id)?.version, timelines.documents.get(id)?.version]
}

/** The store of a process that is killed when it is about to write such a document. */
function failingAt(store: DocumentStore, isLast: (write: DocumentWrite) => boolean): DocumentStore {
  return {
    get: (...query) => store.get(...query),
    write: (writes) => (writes.some(isLast) ? Promise.reject(new Error('killed')) : store.write(writes)),
    makeSearchable: () => store.makeSearchable(),
    ordersBehindCustomer: (...query) => store.ordersBehindCustomer(...query),
  }
}

describe('a projector before a cache', () => {
  it('announces what the cache shows', async () => {
    const { log, announced, consumer } = projectorBeforeCache()
    await consumer.consume(log.append('order-1', orderCreated('nobody')))
    await consumer.consume(log.append('order-1', itemAdded()))
    expect(announced.map(({ shown }) => shown)).toEqual([
      [1, 1],
      [2, 2],
    ])
  })

  it.each<Fate>(['request lost', 'answer lost', 'late'])(
    'announces one life of an entry later when the cache does not answer (%s)',
    async (fate) => {
      const { log, announced, fail, consumer } = projectorBeforeCache()
      await consumer.consume(log.append('order-1', orderCreated('nobody')))
      fail(fate)
      const consumed = consumer.consume(log.append('order-1', itemAdded()))
      await vi.advanceTimersByTimeAsync(ENTRY_TTL_MS - 1)
      expect(announced).toHaveLength(1)
      await vi.advanceTimersByTimeAsync(1)
      await consumed
      expect(announced).toHaveLength(2)
      expect(announced[1]?.shown).not.toContain(1)
    },
  )

  it('writes the next slice while announcements are held back, and holds both back together', async () => {
    const { log, announced, fail, store, consumer } = projectorBeforeCache()
    fail('request lost')
    const finishFirst = await consumer.apply(log.append('order-1', orderCreated('nobody')))
    const first = finishFirst()
    const finishSecond = await consumer.apply(log.append('order-2', orderCreated('nobody')))
    expect([...store.all('orders').keys()]).toEqual(['1', '2'])
    await vi.advanceTimersByTimeAsync(ENTRY_TTL_MS)
    await first
    await finishSecond()
    expect(announced).toHaveLength(2)
  })

  it('puts what a projector that died before its put had written', async () => {
    const { log, announced, fail, parts, consumer } = projectorBeforeCache()
    await consumer.consume(log.append('order-1', orderCreated('nobody')))
    const change = log.append('order-1', itemAdded())
    fail('request lost')
    await new SliceConsumer(parts).apply(change)
    fail('answered')
    await new SliceConsumer(parts).consume(change)
    expect(announced.at(-1)?.shown).toEqual([2, 2])
  })

  it("shows a customer's change on every order before it says so", async () => {
    const { log, cache, announced, consumer } = projectorBeforeCache()
    await consumer.consume(log.append('customer-ada', customerRegistered()))
    await consumer.consume([
      ...log.append('order-1', orderCreated('ada')),
      ...log.append('order-2', orderCreated('ada')),
    ])
    await consumer.consume(log.append('customer-ada', contactChanged({ name: 'Ada King' })))
    const { documents } = await cache.get('orders', ['1', '2'])
    expect([...documents.values()].map(({ customerName }) => customerName)).toEqual(['Ada King', 'Ada King'])
    expect(announced.at(-1)?.result).toEqual({ kind: 'ordersOfCustomer', streamId: 'customer-ada', version: 2 })
  })

  it('says that the orders show a change one life of an entry after the sweep when the cache does not answer', async () => {
    const { log, announced, store, fail, consumer } = projectorBeforeCache()
    await consumer.consume(log.append('customer-ada', customerRegistered()))
    await consumer.consume(log.append('order-1', orderCreated('ada')))
    const before = announced.length
    fail('request lost')
    const consumed = consumer.consume(log.append('customer-ada', contactChanged({ name: 'Ada King' })))
    await vi.advanceTimersByTimeAsync(2 * ENTRY_TTL_MS - 1)
    // Not even recorded: a look at the record counts as much as an announcement.
    expect(store.all('customers').get('ada')?.ordersVersion).toBe(1)
    expect(announced.slice(before).map(({ result }) => result.kind)).toEqual(['applied'])
    await vi.advanceTimersByTimeAsync(1)
    expect(store.all('customers').get('ada')?.ordersVersion).toBe(2)
    await consumed
    expect(announced.slice(before).map(({ result }) => result.kind)).toEqual(['applied', 'ordersOfCustomer'])
  })

  it('waits for the entries to end whose orders were swept by a projector that died', async () => {
    const { log, announced, store, parts, consumer } = projectorBeforeCache()
    await consumer.consume(log.append('customer-ada', customerRegistered()))
    await consumer.consume(log.append('order-1', orderCreated('ada')))
    const change = log.append('customer-ada', contactChanged({ name: 'Ada King' }))
    // It dies when it has swept, before it can record that it has.
    const dying = new SliceConsumer({
      ...parts,
      documents: failingAt(
        store,
        ({ projection, document }) => projection === 'customers' && document.ordersVersion === 2,
      ),
    })
    await expect(dying.consume(change)).rejects.toThrow('killed')
    expect(store.all('orders').get('1')?.customerName).toBe('Ada King')
    const before = announced.length
    const consumed = new SliceConsumer(parts).consume(change)
    await vi.advanceTimersByTimeAsync(ENTRY_TTL_MS - 1)
    expect(announced.slice(before).map(({ result }) => result.kind)).toEqual(['applied'])
    await vi.advanceTimersByTimeAsync(1)
    await consumed
    expect(announced.slice(before).map(({ result }) => result.kind)).toEqual(['applied', 'ordersOfCustomer'])
  })

  it('INV-19 FORGET: leaves nothing of a forgotten customer in the cache', async () => {
    const { log, cache, consumer } = projectorBeforeCache()
    await consumer.consume(log.append('customer-ada', customerRegistered()))
    await consumer.consume(log.append('order-1', orderCreated('ada')))
    const everything = async () =>
      JSON.stringify([
        ...(await cache.get('orders', ['1'])).documents.values(),
        ...(await cache.get('orderTimelines', ['1'])).documents.values(),
        ...(await cache.get('customers', ['ada'])).documents.values(),
      ])
    expect(await everything()).toMatch(/Lovelace/)
    await consumer.consume(log.append('customer-ada', customerForgotten()))
    expect(await everything()).not.toMatch(/Lovelace|ada@example|Engine|London/)
    expect(await everything()).toContain('"forgotten":true')
  })
})
