import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OrderDocument, OrderItemDocument, OrderStatus } from '../../src/contract/documents.js'
import { matchKind, orderSearchTexts, searchWords } from '../../src/contract/searchWords.js'
import type { DocumentStore } from '../../src/read/documentStore.js'
import { highlight } from '../../src/read/highlight.js'
import {
  InvalidSortKey,
  type OrderFilter,
  type OrderQueries,
  type OrderSearchHit,
  type OrderSort,
  type PageRequest,
  type SortKey,
} from '../../src/read/orderQueries.js'
import { byText, found, matching, sorted } from '../support/orderOracle.js'
import { orderDocument, productDocument } from '../support/sampleDocuments.js'

export interface OpenedQueries {
  readonly documents: DocumentStore
  readonly queries: OrderQueries
  close(): Promise<void>
}

const SORTS: readonly OrderSort[] = ['CREATED_AT_DESC', 'CREATED_AT_ASC', 'TOTAL_DESC', 'TOTAL_ASC', 'UPDATED_AT_DESC']
const STATUSES: readonly OrderStatus[] = ['PENDING', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED']
const NAMES = ['Ada Lovelace', 'Edsger Dijkstra', 'Zoë Müller', 'Грейс Хоппер', 'O’Brien-Smith', null]
const CITIES = ['London', 'São Paulo', 'Londonderry', 'Köln']
const PRODUCTS = ['Wooden Chair', 'Chairs, set of 2', 'Bookcase', 'Book case', 'Stapler 3000', 'Café <Crème>']

/** What every store of orders answers, compared with the rules written over an array. open: a new store, empty. */
export function describeOrderQueries(name: string, open: () => Promise<OpenedQueries>): void {
  describe(`${name} as lists, search and statistics`, () => {
    let opened: OpenedQueries
    let queries: OrderQueries
    const orders = sampleOrders(120)

    beforeAll(async () => {
      opened = await open()
      queries = opened.queries
      await store(opened.documents, orders)
    })
    afterAll(() => opened.close())

    it('lists what a filter takes in the order of the sort, all pages of any size, forwards and backwards', async () => {
      await fc.assert(
        fc.asyncProperty(
          anyFilter,
          fc.constantFrom(...SORTS),
          fc.integer({ min: 1, max: 50 }),
          fc.constantFrom('forward', 'backward'),
          async (filter, sort, limit, direction) => {
            const expected = sorted(matching(orders, filter), sort).map(({ id }) => id)
            expect(await allPages(queries, filter, sort, { limit, direction })).toEqual(expected)
            expect(await queries.countOrders(filter)).toBe(expected.length)
          },
        ),
        { numRuns: 60 },
      )
    })

    it('takes in the first instant of a span and both ends of amounts, and leaves out the last instant', async () => {
      const customerId = 'bounds'
      const created = ['2026-02-01T00:00:00.000Z', '2026-02-01T00:00:00.001Z', '2026-02-01T00:00:00.002Z']
      const [createdFrom = '', , createdTo = ''] = created
      await store(
        opened.documents,
        created.map((createdAt, n) => orderDocument(`bound-${n}`, { customerId, createdAt, totalMinor: 100 + n })),
      )
      const ids = async (filter: OrderFilter) => {
        const page = await queries.listOrders(filter, 'CREATED_AT_ASC', { direction: 'forward', limit: 9 })
        return page.items.map(({ node }) => node.id)
      }
      expect(await ids({ customerId, createdFrom, createdTo })).toEqual(['bound-0', 'bound-1'])
      const amounts = { currency: 'USD', minTotalMinor: 101, maxTotalMinor: 102 }
      expect(await ids({ customerId, ...amounts })).toEqual(['bound-1', 'bound-2'])
    })

    it('counts what was created within any span, whatever order it was written in', async () => {
      const customerId = 'spans'
      const hour = (n: number) => new Date(Date.UTC(2026, 3, 1, n)).toISOString()
      // Scattered, and a few at a time: a store keeps each lot by itself.
      const scattered = Array.from({ length: 90 }, (_, n) =>
        orderDocument(`span-${n}`, { customerId, createdAt: hour((n * 37) % 60) }),
      )
      for (let n = 0; n < scattered.length; n += 15) await store(opened.documents, scattered.slice(n, n + 15))
      for (let from = 0; from < 60; from += 3) {
        for (const filter of [
          { customerId, createdFrom: hour(from) },
          { customerId, createdFrom: hour(from), createdTo: hour(from + 20) },
        ]) {
          const expected = matching(scattered, filter)
          expect(await queries.countOrders(filter)).toBe(expected.length)
          expect(await queries.orderStatistics(filter, 'day')).toEqual(
            buckets(expected, (order) => order.createdAt.slice(0, 10)),
          )
          expect(await allPages(queries, filter, 'CREATED_AT_DESC', { limit: 50, direction: 'forward' })).toEqual(
            sorted(expected, 'CREATED_AT_DESC').map(({ id }) => id),
          )
        }
      }
    })

    it('refuses the key of another sort', async () => {
      const keys: SortKey[] = [
        [],
        ['x', 'y'],
        ['2026-01-01T00:00:00.000Z'],
        ['USD', 1.5, 'a'],
        [1, 2],
        ['USD', 1, 'a', 'b'],
      ]
      for (const from of keys) {
        const page: PageRequest = { direction: 'forward', limit: 1, from }
        await expect(queries.listOrders({}, 'CREATED_AT_DESC', page)).rejects.toThrow(InvalidSortKey)
        await expect(queries.listOrders({}, 'TOTAL_ASC', page)).rejects.toThrow(InvalidSortKey)
        await expect(queries.searchOrders(['ada'], {}, { limit: 1, from })).rejects.toThrow(InvalidSortKey)
      }
    })

    it('keeps its place while orders are written: no page repeats or skips an order that does not change', async () => {
      const moving = sampleOrders(40).map((order, index) => ({ ...order, id: `moving-${index}`, customerId: 'moving' }))
      await store(opened.documents, moving)
      for (const sort of SORTS) {
        const seen: string[] = []
        let from: SortKey | undefined
        for (let page = 0; ; page++) {
          const { items, hasMore } = await queries.listOrders({ customerId: 'moving' }, sort, {
            direction: 'forward',
            limit: 7,
            ...(from ? { from } : {}),
          })
          seen.push(...items.map(({ node }) => node.id))
          from = items.at(-1)?.key
          if (!hasMore) break
          const created = new Date(Date.UTC(2026, 0, 1 + page * 3)).toISOString()
          await store(opened.documents, [
            { ...orderDocument(`came-${sort}-${page}`), customerId: 'moving', createdAt: created, updatedAt: created },
          ])
        }
        const unchanged = seen.filter((id) => id.startsWith('moving-'))
        expect(unchanged).toEqual(sorted(moving, sort).map(({ id }) => id))
      }
    })

    it('finds what the rule finds, in its order, page by page', async () => {
      await fc.assert(
        fc.asyncProperty(anyQuery, anyFilter, fc.integer({ min: 1, max: 30 }), async (words, filter, limit) => {
          const expected = found(matching(orders, filter), words)
          const hits = await allHits(queries, words, filter, limit)
          expect(hits.map(({ order }) => order.id)).toEqual(expected.map(({ id }) => id))
          expect(hits.map(({ highlights }) => highlights)).toEqual(expected.map((order) => marked(order, words)))
          expect(await queries.countMatches(words, filter)).toBe(expected.length)
        }),
        { numRuns: 150 },
      )
    })

    it('gives exact matches before forgiven ones, then newer ones, then by id', async () => {
      const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString()
      const orders = [
        orderDocument('exact-old', { customerName: 'Grace Hopper', createdAt: day(1) }),
        orderDocument('exact-b', { customerName: 'Grace Hopper', createdAt: day(2) }),
        orderDocument('exact-a', { customerName: 'Hopper, Grace', createdAt: day(2) }),
        orderDocument('forgiven-old', { customerName: 'Grace Hoper', createdAt: day(3) }),
        orderDocument('forgiven-new', { customerName: 'Garce Hoppre', createdAt: day(4) }),
      ].map((order) => ({ ...order, customerId: 'ranks', customerEmail: null }))
      await store(opened.documents, orders)
      for (const limit of [1, 2, 5]) {
        const hits = await allHits(queries, ['grace', 'hopper'], { customerId: 'ranks' }, limit)
        expect(hits.map(({ order }) => order.id)).toEqual([
          'exact-a',
          'exact-b',
          'exact-old',
          'forgiven-new',
          'forgiven-old',
        ])
        expect(hits.map(({ score }) => score)).toEqual([1, 1, 1, 0.5, 0.5])
      }
    })

    it('marks what matched, exactly or forgiven, and escapes everything else', async () => {
      const marked = orderDocument('marked', {
        customerId: 'marked',
        customerName: 'Zoë <b>Quine</b>',
        items: [line('MARK-1', 'Tea & "Biscuits"', 100)],
      })
      await store(opened.documents, [marked])
      const search = (query: string) => queries.searchOrders(searchWords(query), { customerId: 'marked' }, { limit: 1 })
      expect((await search('zoe qiune')).hits[0]?.highlights).toEqual([
        '<em>Zoë</em> &lt;b&gt;<em>Quine</em>&lt;/b&gt;',
      ])
      expect((await search('biscuit')).hits[0]?.highlights).toEqual(['Tea &amp; &quot;<em>Biscuits</em>&quot;'])
      expect((await search('mark')).hits[0]?.highlights).toEqual(['<em>MARK</em>-1'])
    })

    it('counts facets over all matches, the most frequent first', async () => {
      const words = ['chair']
      const filter = { customerId: 'customer-1' }
      const expected = found(matching(orders, filter), words)
      const facets = await queries.searchFacets(words, filter)
      expect(facets.map(({ field }) => field)).toEqual(['status', 'sku', 'region'])
      expect(facets[0]?.values).toEqual(counted(expected.map(({ status }) => status)))
      expect(facets[1]?.values).toEqual(
        counted(expected.flatMap(({ items }) => [...new Set(items.map(({ sku }) => sku))])),
      )
      expect(facets[2]?.values).toEqual(counted(expected.map(({ region }) => region)))
    })

    it('gives the hundred most frequent values of a facet, equally frequent ones by code point', async () => {
      const many = Array.from({ length: 150 }, (_, n) => {
        const region = `${n % 2 === 0 ? 'Süd' : '🦊'}-${n}`
        const items = Array.from({ length: 1 + (n % 3) }, (_, index) => line(`FACET-${n + index}`, 'Lamp', 100))
        return orderDocument(`facet-${n}`, { customerId: 'facets', region, items })
      })
      await store(opened.documents, many)
      const [, skus, regions] = await queries.searchFacets(['lamp'], { customerId: 'facets' })
      expect(skus?.values).toEqual(counted(many.flatMap(({ items }) => items.map(({ sku }) => sku))).slice(0, 100))
      expect(regions?.values).toEqual(counted(many.map(({ region }) => region)).slice(0, 100))
    })

    it('sums up exactly, per currency and bucket', async () => {
      await fc.assert(
        fc.asyncProperty(anyFilter, async (filter) => {
          const counting = matching(orders, filter)
          expect(await queries.orderTotals(filter)).toEqual({
            orders: counting.length,
            totals: totalsOf(counting.map((order) => [order.currency, order.totalMinor])),
          })
          expect(await queries.orderStatistics(filter, 'status')).toEqual(buckets(counting, (order) => order.status))
          expect(await queries.orderStatistics(filter, 'region')).toEqual(buckets(counting, (order) => order.region))
          expect(await queries.orderStatistics(filter, 'day')).toEqual(
            buckets(counting, (order) => order.createdAt.slice(0, 10)),
          )
          expect(await queries.orderStatistics(filter, 'sku')).toEqual(bucketsBySku(counting))
        }),
        { numRuns: 25 },
      )
    })

    it('sums beyond 2^53', async () => {
      const totalMinor = Number.MAX_SAFE_INTEGER
      const items = [{ ...line('LARGE', 'Large', 1), lineTotalMinor: totalMinor - 1 }, line('SMALL', 'Small', 1)]
      const large = ['large-1', 'large-2', 'large-3'].map((id) =>
        orderDocument(id, { customerId: 'large', totalMinor, items }),
      )
      await store(opened.documents, large)
      const filter = { customerId: 'large' }
      const sum = { currency: 'USD', amountMinor: 3n * BigInt(totalMinor) }
      expect(await queries.orderTotals(filter)).toEqual({ orders: 3, totals: [sum] })
      expect(await queries.orderStatistics(filter, 'region')).toEqual([{ key: '', orders: 3, totals: [sum] }])
      expect(await queries.orderStatistics(filter, 'sku')).toEqual([
        { key: 'LARGE', orders: 3, totals: [{ currency: 'USD', amountMinor: 3n * BigInt(totalMinor - 1) }] },
        { key: 'SMALL', orders: 3, totals: [{ currency: 'USD', amountMinor: 6n }] },
      ])
    })

    it('groups by as many values as there are', async () => {
      const many = Array.from({ length: 11 }, (_, n) =>
        orderDocument(`many-${n}`, {
          customerId: 'many',
          items: Array.from({ length: 500 }, (_, index) => line(`MANY-${n * 480 + index}`, 'Part', index + 1)),
        }),
      )
      await store(opened.documents, many)
      const groups = await queries.orderStatistics({ customerId: 'many' }, 'sku')
      expect(groups).toEqual(bucketsBySku(many))
      expect(groups.length).toBeGreaterThan(5_000)
    })

    it('matches nothing with an empty list of states, and with ids that cannot be', async () => {
      for (const filter of [{ status: [] }, { customerId: 'nul\0' }, { sku: 'half\ud800' }] satisfies OrderFilter[]) {
        expect((await queries.listOrders(filter, 'TOTAL_DESC', { direction: 'forward', limit: 5 })).items).toEqual([])
        expect(await queries.countOrders(filter)).toBe(0)
        expect((await queries.searchOrders(['ada'], filter, { limit: 5 })).hits).toEqual([])
        expect(await queries.countMatches(['ada'], filter)).toBe(0)
        expect(await queries.orderTotals(filter)).toEqual({ orders: 0, totals: [] })
        expect(await queries.orderStatistics(filter, 'status')).toEqual([])
      }
    })

    it('finds an order by its new words after a change, and no longer by the old ones', async () => {
      const before = orderDocument('renamed', { customerId: 'renamed', customerName: 'Hortensia Vanderbilt' })
      const [result] = await opened.documents.write([{ projection: 'orders', document: before, expected: 'absent' }])
      if (result?.kind !== 'written') throw new Error('Expected the order to be written.')
      await opened.documents.makeSearchable()
      expect(await queries.countMatches(['hortenisa'], {})).toBe(1)
      const after = { ...before, customerName: null, customerEmail: null, shippingAddress: null }
      await opened.documents.write([{ projection: 'orders', document: after, expected: result.revision }])
      await opened.documents.makeSearchable()
      expect(await queries.countMatches(['hortenisa'], {})).toBe(0)
      expect(await queries.countMatches(['renamed'], {})).toBe(1)
    })

    it('lists products by sku, and by words that begin or are mistyped', async () => {
      const products = ['B-2', 'A-1', 'C-3', 'a-0'].map((sku, index) =>
        productDocument(sku, { name: PRODUCTS[index] ?? '', category: index % 2 === 0 ? 'Furniture' : null }),
      )
      await opened.documents.write(
        products.map((document) => ({ projection: 'products', document, expected: 'absent' })),
      )
      await opened.documents.makeSearchable()
      const first = await queries.listProducts([], { limit: 3 })
      expect(first.items.map(({ node }) => node.id)).toEqual(['A-1', 'B-2', 'C-3'])
      expect(first.hasMore).toBe(true)
      const from = first.items.at(-1)?.key ?? []
      expect((await queries.listProducts([], { limit: 3, from })).items.map(({ node }) => node.id)).toEqual(['a-0'])
      const skus = async (query: string) =>
        (await queries.listProducts(searchWords(query), { limit: 9 })).items.map(({ node }) => node.id)
      expect(await skus('cha')).toEqual(['A-1', 'B-2'])
      expect(await skus('furnitrue')).toEqual(['B-2', 'C-3'])
      expect(await skus('book furn')).toEqual(['C-3'])
      expect(await skus('nothing')).toEqual([])
      expect(await queries.countProducts(['furnitrue'])).toBe(2)
      expect(await queries.countProducts([])).toBe(4)
    })
  })
}

/** Same for every run: everything follows from the order's number, with many equal instants, totals and words. */
function sampleOrders(count: number): OrderDocument[] {
  return Array.from({ length: count }, (_, n) => {
    const items = Array.from({ length: 1 + (n % 3) }, (_, index) => {
      const product = (n * 5 + index * 2) % PRODUCTS.length
      return line(`SKU-${product}`, PRODUCTS[product] ?? '', 500 + (n % 4) * 100)
    })
    const createdAt = new Date(Date.UTC(2026, 0, 1 + (n % 30), n % 2 === 0 ? 0 : 23, 30)).toISOString()
    return orderDocument(`${n % 2 === 0 ? 'order' : 'Ordər🦊'}-${n}`, {
      // Each customer has orders of every kind, so that a search within one meets exact and forgiven words.
      customerId: `customer-${Math.floor(n / 8) % 4}`,
      customerName: NAMES[n % NAMES.length] ?? null,
      customerEmail: n % 5 === 0 ? null : `person.${n % 7}@example.com`,
      status: STATUSES[(n * 3) % STATUSES.length] ?? 'PENDING',
      currency: n % 6 === 0 ? 'JPY' : 'USD',
      items,
      totalMinor: items.reduce((sum, { lineTotalMinor }) => sum + lineTotalMinor, 0),
      shippingAddress:
        n % 9 === 0
          ? null
          : { line1: '1', line2: null, city: CITIES[n % 4] ?? '', region: null, postalCode: '1', country: 'GB' },
      region: ['', 'Ohio', 'Île-de-France'][n % 3] ?? '',
      trackingNumber: n % 2 === 0 ? `TRACK${1000 + n}` : null,
      createdAt,
      updatedAt: new Date(Date.parse(createdAt) + (n % 3) * 3_600_000).toISOString(),
    })
  })
}

function line(sku: string, productName: string, unitPriceMinor: number): OrderItemDocument {
  return { sku, productName, unitPriceMinor, quantity: 2, lineTotalMinor: 2 * unitPriceMinor }
}

async function store(documents: DocumentStore, orders: readonly OrderDocument[]): Promise<void> {
  const results = await documents.write(
    orders.map((document) => ({ projection: 'orders', document, expected: 'absent' })),
  )
  expect(results.map(({ kind }) => kind)).toEqual(orders.map(() => 'written'))
  await documents.makeSearchable()
}

/** Those at which orders of the sample are made: a bound is met, and not only passed. */
const anyInstant = fc
  .integer({ min: 0, max: 62 })
  .map((half) => new Date(Date.UTC(2026, 0, 1 + Math.floor(half / 2), half % 2 === 0 ? 0 : 23, 30)).toISOString())

/** As totals of the sample are. */
const anyAmount = (max: number) => fc.nat(max / 200).map((amount) => amount * 200)

const anyCustomer = fc.integer({ min: 0, max: 3 }).map((customer) => ({ customerId: `customer-${customer}` }))

const narrowFilter: fc.Arbitrary<OrderFilter> = fc
  .record(
    {
      status: fc.subarray([...STATUSES]),
      createdFrom: anyInstant,
      createdTo: anyInstant,
      sku: fc.constantFrom('SKU-0', 'SKU-3', 'SKU-none'),
      amounts: fc.record(
        {
          currency: fc.constantFrom('USD', 'JPY', 'EUR'),
          minTotalMinor: anyAmount(4_000),
          maxTotalMinor: anyAmount(6_000),
        },
        { requiredKeys: ['currency'] },
      ),
    },
    { requiredKeys: [] },
  )
  .chain(({ amounts, ...filter }) => anyCustomer.map((customer) => ({ ...filter, ...amounts, ...customer })))

/**
 * Always of a customer of the sample, so that orders of other tests do not get in; of a customer alone in half of the cases, because what the
 * other fields leave over is seldom enough to be sorted.
 */
const anyFilter: fc.Arbitrary<OrderFilter> = fc.oneof(anyCustomer, narrowFilter)

/** A word that some order has, or nearly has: up to three errors put in, so that matches and near misses both occur. */
const anyWord = fc
  .tuple(
    fc.constantFrom(
      ...searchWords(
        [...NAMES, ...CITIES, ...PRODUCTS, 'order-17 Ordər-9 SKU-3 TRACK1004 person example com'].join(' '),
      ),
    ),
    fc.array(
      fc.tuple(fc.constantFrom('drop', 'put', 'replace', 'exchange'), fc.nat(20), fc.constantFrom('a', 'o', 'ж', '7')),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([word, errors]) => {
    const letters = [...word]
    for (const [error, place, letter] of errors) {
      const at = place % (letters.length + 1)
      if (error === 'drop') letters.splice(at, 1)
      else if (error === 'put') letters.splice(at, 0, letter)
      else if (error === 'replace') letters.splice(at, 1, letter)
      else letters.splice(at, 2, ...letters.slice(at, at + 2).reverse())
    }
    return letters.join('')
  })

const anyQuery = fc
  .array(anyWord, { minLength: 1, maxLength: 3 })
  .map((words) => searchWords(words.join(' ')))
  .filter((words) => words.length > 0)

async function allPages(
  queries: OrderQueries,
  filter: OrderFilter,
  sort: OrderSort,
  { limit, direction }: { readonly limit: number; readonly direction: 'forward' | 'backward' },
): Promise<string[]> {
  const ids: string[] = []
  for (let from: SortKey | undefined; ; ) {
    const page = await queries.listOrders(filter, sort, { direction, limit, ...(from ? { from } : {}) })
    const some = page.items.map(({ node }) => node.id)
    if (direction === 'forward') ids.push(...some)
    else ids.unshift(...some)
    from = page.items.at(direction === 'forward' ? -1 : 0)?.key
    if (!page.hasMore) return ids
  }
}

async function allHits(
  queries: OrderQueries,
  words: readonly string[],
  filter: OrderFilter,
  limit: number,
): Promise<OrderSearchHit[]> {
  const hits: OrderSearchHit[] = []
  for (let from: SortKey | undefined; ; ) {
    const page = await queries.searchOrders(words, filter, { limit, ...(from ? { from } : {}) })
    hits.push(...page.hits)
    from = page.hits.at(-1)?.key
    if (!page.hasMore) return hits
  }
}

function marked(order: OrderDocument, words: readonly string[]): string[] {
  const isMeant = (term: string) => words.some((word) => matchKind(word, term) !== undefined)
  return [...new Set(orderSearchTexts(order).flatMap((text) => highlight(text, isMeant) ?? []))]
}

function counted(values: readonly string[]): { value: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || byText(a.value, b.value))
}

function totalsOf(amounts: readonly (readonly [string, number])[]): { currency: string; amountMinor: bigint }[] {
  const sums = new Map<string, bigint>()
  for (const [currency, amount] of amounts) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(amount))
  return [...sums]
    .map(([currency, amountMinor]) => ({ currency, amountMinor }))
    .sort((a, b) => byText(a.currency, b.currency))
}

function buckets(orders: readonly OrderDocument[], keyOf: (order: OrderDocument) => string) {
  return [...new Set(orders.map(keyOf))].sort(byText).map((key) => {
    const inside = orders.filter((order) => keyOf(order) === key)
    return { key, orders: inside.length, totals: totalsOf(inside.map((order) => [order.currency, order.totalMinor])) }
  })
}

function bucketsBySku(orders: readonly OrderDocument[]) {
  const skus = new Set(orders.flatMap(({ items }) => items.map(({ sku }) => sku)))
  return [...skus].sort(byText).map((key) => {
    const inside = orders.filter(({ items }) => items.some(({ sku }) => sku === key))
    const amounts = inside.flatMap(({ currency, items }) =>
      items.filter(({ sku }) => sku === key).map(({ lineTotalMinor }) => [currency, lineTotalMinor] as const),
    )
    return { key, orders: inside.length, totals: totalsOf(amounts) }
  })
}
