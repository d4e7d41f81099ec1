import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import type { Client } from '@elastic/elasticsearch'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OrderDocument, OrderItemDocument } from '../../src/contract/documents.js'
import { matchKind } from '../../src/contract/searchWords.js'
import { type DocumentWrite, StoreUnavailable } from '../../src/read/documentStore.js'
import { createElasticsearch } from '../../src/read/elasticsearch/client.js'
import { aliasOf } from '../../src/read/elasticsearch/indices.js'
import { openElasticsearchReadStore } from '../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { ElasticsearchOrderQueries } from '../../src/read/elasticsearch/queries/elasticsearchOrderQueries.js'
import { type Searchable, SearchedIndex } from '../../src/read/elasticsearch/queries/searchedIndex.js'
import type { OrderQueries } from '../../src/read/orderQueries.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { orderDocument } from '../support/sampleDocuments.js'
import { describeOnStack } from '../support/stack/onStack.js'

describeOnStack(['elasticsearch'], 'queries on Elasticsearch', (stack) => {
  let store: ReadStore
  let client: Client
  let ordersAlias: string

  beforeAll(async () => {
    const prefix = `${stack.prefix}-`
    client = createElasticsearch(stack.elasticsearchUrl)
    ordersAlias = aliasOf(prefix, 'orders')
    store = await openElasticsearchReadStore({
      url: stack.elasticsearchUrl,
      prefix,
      installationId: randomUUID(),
      logger: pino({ level: 'warn' }),
    })
  })
  afterAll(async () => {
    await store?.close()
    await client?.close()
  })

  async function write(orders: readonly OrderDocument[]): Promise<void> {
    const stored = await store.documents.get(
      'orders',
      orders.map(({ id }) => id),
    )
    const writes = orders.map(
      (document): DocumentWrite => ({
        projection: 'orders',
        document,
        expected: stored.get(document.id)?.revision ?? 'absent',
      }),
    )
    for (let from = 0; from < writes.length; from += 500) {
      const results = await store.documents.write(writes.slice(from, from + 500))
      expect(results.every(({ kind }) => kind === 'written')).toBe(true)
    }
    await store.documents.makeSearchable()
  }

  describe('a word with typing errors', () => {
    // Few letters, so that words are near to each other in every way; one of two UTF-16 units.
    const letter = fc.constantFrom('a', 'b', '𐐨', 'ж')
    const customerId = 'dictionary'
    const wordsOnly = { customerId, customerName: null, customerEmail: null, shippingAddress: null }
    const [dictionary = []] = fc.sample(
      fc.uniqueArray(fc.string({ unit: letter, minLength: 2, maxLength: 12 }), { minLength: 3_000, maxLength: 3_000 }),
      { numRuns: 1, seed: 7 },
    )

    async function foundTerms(word: string): Promise<readonly string[]> {
      const { hits } = await store.queries.searchOrders([word], { customerId }, { limit: dictionary.length })
      return hits.map(({ order }) => order.items[0]?.productName ?? '').sort()
    }

    it('finds all that the rule lets it mean, however many, and nothing else', async () => {
      // Ids and skus are numbers, which no word here can mean.
      await write(dictionary.map((word, n) => orderDocument(`${n}`, { ...wordsOnly, items: [item('0', word, 1)] })))
      const near = fc
        .tuple(fc.constantFrom(...dictionary), fc.array(fc.tuple(fc.nat(3), fc.nat(12), letter), { maxLength: 2 }))
        .map(([term, errors]) => errors.reduce(withError, term))
        .filter((text) => text !== '')
      await fc.assert(
        fc.asyncProperty(near, async (word) => {
          const expected = dictionary.filter((term) => matchKind(word, term) !== undefined)
          expect(await foundTerms(word)).toEqual(expected.sort())
        }),
        { numRuns: 150 },
      )
    })

    it('means all of hundreds of numbers that look like it', async () => {
      const ids = Array.from({ length: 400 }, (_, n) => `TRACK${1_000 + n}`)
      await write(ids.map((id) => orderDocument(id, { ...wordsOnly, items: [item('0', '0', 1)] })))
      const expected = ids.filter((id) => matchKind('track1200', id.toLowerCase()) !== undefined)
      expect(expected.length).toBeGreaterThan(100)
      expect(await store.queries.countMatches(['track1200'], { customerId })).toBe(expected.length)
    })

    it('may be as long as a query', async () => {
      const letters = Array.from({ length: 198 }, (_, n) => String.fromCodePoint(0x4e00 + n * 37)).join('')
      await write([orderDocument('777', { ...wordsOnly, items: [item('0', `${letters}ab`, 1)] })])
      expect(await foundTerms(letters)).toEqual([`${letters}ab`])
    })
  })

  describe('an index that changes between two searches', () => {
    it('still gives a full page, oldest first, when orders leave the filter meanwhile', async () => {
      const customerId = 'leaving'
      const orders = Array.from({ length: 30 }, (_, n) =>
        orderDocument(`leaving-${10 + n}`, { customerId, createdAt: new Date(Date.UTC(2026, 0, 1 + n)).toISOString() }),
      )
      await write(orders)
      const cancelled = orders.slice(0, 5).map((order) => ({ ...order, status: 'CANCELLED' as const }))
      const index = new InterruptedIndex(client, ordersAlias, () => write(cancelled))
      const page = await queriesOf(index).listOrders({ customerId, status: ['PENDING'] }, 'CREATED_AT_ASC', {
        direction: 'forward',
        limit: 10,
      })
      expect(page.items.map(({ node }) => node.id)).toEqual(orders.slice(5, 15).map(({ id }) => id))
      expect(page.hasMore).toBe(true)
    })

    it('is summed up as it was at the first of them', async () => {
      const customerId = 'moving'
      const orders = Array.from({ length: 11 }, (_, n) =>
        orderDocument(`moving-${n}`, {
          customerId,
          items: Array.from({ length: 500 }, (_, line) => item(`SKU-${10_000 + n * 500 + line}`, 'Part', 1)),
        }),
      )
      await write(orders)
      // From the last page of groups to the first, which is read by then.
      const moved = orders.slice(-1).map((order) => ({ ...order, items: [item('SKU-00000', 'Part', 1)] }))
      const index = new InterruptedIndex(client, ordersAlias, () => write(moved))
      const groups = await queriesOf(index).orderStatistics({ customerId }, 'sku')
      expect(groups.map(({ key }) => key)).toEqual(orders.flatMap(({ items }) => items.map(({ sku }) => sku)))
      const { _all } = await client.indices.stats({ index: ordersAlias, metric: 'search' })
      expect(_all.total?.search?.open_contexts).toBe(0)
    })
  })

  it('throws StoreUnavailable from every query when Elasticsearch does not answer, without what was asked', async () => {
    const nobody = createElasticsearch('http://127.0.0.1:1')
    try {
      const index = new SearchedIndex(nobody, ordersAlias)
      for (const error of await Promise.all(everyQuery(queriesOf(index), 'hortensia').map(failure))) {
        expect(error).toBeInstanceOf(StoreUnavailable)
        expect(inspect(error, { depth: null })).not.toContain('hortensia')
      }
    } finally {
      await nobody.close()
    }
  })

  it('says nothing of what was asked when Elasticsearch refuses it', async () => {
    const closed = `${stack.prefix}-closed`
    await client.indices.create({ index: closed })
    await client.indices.close({ index: closed })
    const index = new SearchedIndex(client, closed)
    for (const error of await Promise.all(everyQuery(queriesOf(index), 'hortensia').map(failure))) {
      expect(error).toBeInstanceOf(StoreUnavailable)
      expect(inspect(error, { depth: null })).not.toContain('hortensia')
    }
  })
})

/** An index to which something happens between the first search and the next. */
class InterruptedIndex extends SearchedIndex {
  readonly #interrupt: () => Promise<void>
  #searches = 0

  constructor(client: Client, alias: string, interrupt: () => Promise<void>) {
    super(client, alias)
    this.#interrupt = interrupt
  }

  override search<Source = never, Aggregations = never>(request: SearchRequest) {
    return this.#interrupting(() => super.search<Source, Aggregations>(request))
  }

  override atOnePointInTime<Result>(work: (state: Searchable) => Promise<Result>): Promise<Result> {
    return super.atOnePointInTime((state) =>
      work({
        search: <Source = never, Aggregations = never>(request: SearchRequest) =>
          this.#interrupting(() => state.search<Source, Aggregations>(request)),
      }),
    )
  }

  async #interrupting<Answer>(search: () => Promise<Answer>): Promise<Answer> {
    const answer = await search()
    this.#searches++
    if (this.#searches === 1) await this.#interrupt()
    return answer
  }
}

type SearchRequest = Parameters<Searchable['search']>[0]

function queriesOf(index: SearchedIndex): OrderQueries {
  return new ElasticsearchOrderQueries(index, index)
}

function everyQuery(queries: OrderQueries, personal: string): readonly (() => Promise<unknown>)[] {
  const filter = { customerId: personal }
  return [
    () => queries.listOrders(filter, 'CREATED_AT_DESC', { direction: 'forward', limit: 5 }),
    () => queries.listOrders(filter, 'CREATED_AT_ASC', { direction: 'forward', limit: 5 }),
    () => queries.countOrders(filter),
    () => queries.searchOrders([personal], filter, { limit: 5 }),
    () => queries.countMatches([personal], filter),
    () => queries.searchFacets([personal], filter),
    () => queries.orderTotals(filter),
    () => queries.orderStatistics(filter, 'sku'),
    () => queries.listProducts([personal], { limit: 5 }),
    () => queries.countProducts([personal]),
  ]
}

function failure(ask: () => Promise<unknown>): Promise<unknown> {
  return ask().then(
    () => {
      throw new Error('Expected the query to fail.')
    },
    (error: unknown) => error,
  )
}

function item(sku: string, productName: string, quantity: number): OrderItemDocument {
  return { sku, productName, quantity, unitPriceMinor: 100, lineTotalMinor: 100 * quantity }
}

function withError(text: string, [kind, place, letter]: readonly [number, number, string]): string {
  const letters = [...text]
  const at = place % (letters.length + 1)
  if (kind === 0) letters.splice(at, 1)
  else if (kind === 1) letters.splice(at, 0, letter)
  else if (kind === 2) letters.splice(at, 1, letter)
  else letters.splice(at, 2, ...letters.slice(at, at + 2).reverse())
  return letters.join('')
}
