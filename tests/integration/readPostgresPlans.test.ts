import type { Pool } from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { OrderDocument } from '../../src/contract/documents.js'
import { orderTerms } from '../../src/contract/searchWords.js'
import type { OrderFilter, OrderSort } from '../../src/read/orderQueries.js'
import { migrateReadSchema } from '../../src/read/postgres/migrateReadSchema.js'
import { openPools, type ReadStorePools } from '../../src/read/postgres/pools.js'
import { PostgresDocumentStore } from '../../src/read/postgres/postgresDocumentStore.js'
import { PostgresOrderQueries } from '../../src/read/postgres/postgresOrderQueries.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { type MeasuredPlan, measurePlan } from '../support/queryPlan.js'
import { seedReadSchema } from '../support/seedReadSchema.js'

const ORDERS = 100_000
const PAGE = 20
/** Of scans for a page whose index has its order: the page, one more, the documents to them, and some that a filter passes over. */
const ROWS_OF_A_PAGE = 10 * PAGE
/** Orders, and entries of their indexes, that a search for a page may touch. */
const ROWS_OF_A_SEARCH = 5_000
/** Of 350,000 terms; the most for a word of hexadecimal digits, of which there are three in every order's id. */
const TERMS_OF_A_SEARCH = 20_000

let database: TestDatabase
let pools: ReadStorePools
let queries: PostgresOrderQueries
let documents: PostgresDocumentStore

beforeAll(async () => {
  const logger = pino({ level: 'silent' })
  database = await createTestDatabase()
  pools = openPools(database.url, 4, logger)
  await migrateReadSchema(pools.migrations, logger)
  await seedReadSchema(pools.migrations, ORDERS)
  queries = new PostgresOrderQueries(pools.queries)
  documents = new PostgresDocumentStore(pools)
}, 120_000)

afterEach(() => {
  vi.restoreAllMocks()
})

afterAll(async () => {
  await pools?.close()
  await database?.drop()
})

/** The plans of the statements that `work` sends to the pool, in their order. */
async function plansOf(pool: Pool, work: () => Promise<unknown>): Promise<readonly MeasuredPlan[]> {
  const query = vi.spyOn(pool, 'query')
  await work()
  const calls = query.mock.calls.map(([statement, values]) => statementOf(statement, values))
  query.mockRestore()
  const plans: MeasuredPlan[] = []
  for (const { text, values } of calls) plans.push(await measurePlan(pool, text, values))
  expect(plans).not.toHaveLength(0)
  return plans
}

function statementOf(statement: unknown, values: unknown): { readonly text: string; readonly values: unknown[] } {
  if (typeof statement === 'string') return { text: statement, values: Array.isArray(values) ? values : [] }
  return statement as { text: string; values: unknown[] }
}

function expectBounded(plans: readonly MeasuredPlan[], rows: number): void {
  for (const plan of plans) {
    expect(plan.walkedTables, plan.text).toEqual([])
    expect(plan.rowsTouched(), plan.text).toBeLessThanOrEqual(rows)
  }
}

async function anOrder(): Promise<OrderDocument> {
  const page = await queries.listOrders({}, 'CREATED_AT_ASC', { direction: 'forward', limit: 1 })
  const order = page.items[0]?.node
  if (!order) throw new Error('Expected seeded orders, found none.')
  return order
}

describe(`the read store at ${ORDERS} orders`, () => {
  it('is seeded with the terms that a projector would write', async () => {
    const { rows } = await pools.queries.query<{ document: OrderDocument; terms: string[] }>(
      'SELECT o.document, i.terms FROM read.orders o JOIN read.order_index i USING (id) ORDER BY i.created_at LIMIT 500',
    )
    for (const { document, terms } of rows) expect(terms.sort()).toEqual(orderTerms(document).sort())
  })

  it('gets documents by id without walking the table', async () => {
    const { id } = await anOrder()
    expectBounded(await plansOf(pools.documents, () => documents.get('orders', [id])), 1)
    expectBounded(
      await plansOf(pools.documents, () => documents.ordersBehindCustomer('customer-7', 2, { limit: PAGE })),
      PAGE,
    )
  })

  const lists: readonly (readonly [string, OrderFilter, OrderSort, string])[] = [
    ['newest first', {}, 'CREATED_AT_DESC', 'order_index_created'],
    ['oldest first', {}, 'CREATED_AT_ASC', 'order_index_created'],
    ['last changed first', {}, 'UPDATED_AT_DESC', 'order_index_updated'],
    ['dearest first', { currency: 'USD' }, 'TOTAL_DESC', 'order_index_total'],
    ['cheapest first', { currency: 'EUR' }, 'TOTAL_ASC', 'order_index_total'],
    [
      'a span of totals',
      { currency: 'EUR', minTotalMinor: 1_000, maxTotalMinor: 9_000 },
      'TOTAL_ASC',
      'order_index_total',
    ],
    ['a customer', { customerId: 'customer-7' }, 'CREATED_AT_DESC', 'order_index_customer'],
    ['a common status', { status: ['DELIVERED'] }, 'CREATED_AT_DESC', 'order_index_status'],
    ['a rare status', { status: ['CANCELLED'] }, 'CREATED_AT_DESC', 'order_index_status'],
    [
      'a span of time',
      { createdFrom: '2015-01-01T00:00:00.000Z', createdTo: '2015-02-01T00:00:00.000Z' },
      'CREATED_AT_ASC',
      'order_index_created',
    ],
    ['a sku', { sku: 'FUR-10000042' }, 'CREATED_AT_DESC', 'order_index_skus'],
  ]

  it.each(lists)('lists %s by an index, no further than the page', async (_what, filter, sort, index) => {
    const first = await queries.listOrders(filter, sort, { direction: 'forward', limit: PAGE })
    const key = first.items.at(-1)?.key
    if (!key) throw new Error('Expected a page to go on from, found none.')
    for (const direction of ['forward', 'backward'] as const) {
      const plans = await plansOf(pools.queries, () =>
        queries.listOrders(filter, sort, { direction, limit: PAGE, from: key }),
      )
      // A filter by sku has no index in the order of the list: all orders with it are read and sorted.
      expectBounded(plans, filter.sku ? 2_000 : ROWS_OF_A_PAGE)
      expect(plans.flatMap((plan) => plan.indexes)).toContain(index)
    }
  })

  it('reads a page far down the list as cheaply as the first', async () => {
    const middle = ['2015-12-01T00:00:00.000Z', 'x'] as const
    const plans = await plansOf(pools.queries, () =>
      queries.listOrders({}, 'CREATED_AT_DESC', { direction: 'forward', limit: PAGE, from: middle }),
    )
    expectBounded(plans, ROWS_OF_A_PAGE)
  })

  it('counts what a filter takes by the index of the filter', async () => {
    const plans = await plansOf(pools.queries, () => queries.countOrders({ customerId: 'customer-7' }))
    expectBounded(plans, 1_000)
  })

  const searches: readonly (readonly [string, readonly string[]])[] = [
    ['a common word', ['chair']],
    ['common words together', ['wooden', 'chair', 'london']],
    ['part of an id', ['00000000']],
    ['a word with one error', ['bindr']],
    ['a word with two errors', ['telpehone', 'hopper']],
    ['a word that nothing has', ['xylophonist']],
  ]

  it.each(searches)('searches for %s by indexes', async (_what, words) => {
    const plans = await plansOf(pools.queries, () => queries.searchOrders(words, {}, { limit: PAGE }))
    for (const plan of plans) {
      expect(plan.walkedTables, plan.text).toEqual([])
      expect(plan.rowsTouched('order_terms'), plan.text).toBeLessThanOrEqual(TERMS_OF_A_SEARCH)
      expect(plan.rowsTouched('order_index'), plan.text).toBeLessThanOrEqual(ROWS_OF_A_SEARCH)
    }
  })

  it('searches for one of many numbers counted up within a second', async () => {
    const startedAt = performance.now()
    const plans = await plansOf(pools.queries, async () => {
      const { hits } = await queries.searchOrders(['track705050'], {}, { limit: PAGE })
      expect(hits[0]?.order.trackingNumber).toBe('TRACK705050')
      expect(performance.now() - startedAt).toBeLessThan(1_000)
    })
    // All of them have the beginning of the number, so all their terms are looked at; not so the orders.
    for (const plan of plans) {
      expect(plan.walkedTables, plan.text).toEqual([])
      expect(plan.rowsTouched('order_index'), plan.text).toBeLessThanOrEqual(ROWS_OF_A_SEARCH)
    }
  })

  it('uses the index of the filter for statistics', async () => {
    for (const filter of [{ customerId: 'customer-7' }, { sku: 'FUR-10000042' }] satisfies OrderFilter[]) {
      const plans = await plansOf(pools.queries, async () => {
        await queries.orderTotals(filter)
        for (const grouping of ['status', 'day', 'sku', 'region'] as const)
          await queries.orderStatistics(filter, grouping)
      })
      expectBounded(plans, 2_000)
    }
  })

  it('sums up everything in less than a second', async () => {
    for (const grouping of ['status', 'day', 'sku', 'region'] as const) {
      const startedAt = performance.now()
      const buckets = await queries.orderStatistics({}, grouping)
      const elapsedMs = performance.now() - startedAt
      expect(elapsedMs, grouping).toBeLessThan(1_000)
      if (grouping !== 'sku') expect(buckets.reduce((sum, { orders }) => sum + orders, 0)).toBe(ORDERS)
    }
    expect((await queries.orderTotals({})).orders).toBe(ORDERS)
  })
})
