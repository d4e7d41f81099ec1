import type { Pool, QueryResult, QueryResultRow } from 'pg'
import { matchesNothing } from '../matchesNothing.js'
import type { AmountByCurrency, OrderFilter, StatisticsBucket, StatisticsGrouping } from '../orderQueries.js'
import { filterConditions, Parameters, where } from './conditions.js'
import type { Statement } from './orderLists.js'
import { inTransaction } from './transaction.js'
import { orUnavailable } from './translateErrors.js'

/** What a row `i` of read.order_index counts under, and with which amount. */
interface Grouping {
  readonly from: string
  readonly key: string
  /** The key's text, made of a group's key and not of each row's. */
  readonly keyText: string
  readonly amount: string
}

const BY_ORDER = { from: 'read.order_index i', amount: 'i.total_minor', keyText: 'sums.key' }

const GROUPINGS: Readonly<Record<StatisticsGrouping, Grouping>> = {
  status: { ...BY_ORDER, key: 'i.status' },
  day: { ...BY_ORDER, key: "(i.created_at AT TIME ZONE 'UTC')::date", keyText: "to_char(sums.key, 'YYYY-MM-DD')" },
  region: { ...BY_ORDER, key: 'i.region' },
  sku: {
    from: 'read.order_index i CROSS JOIN unnest(i.skus, i.sku_totals_minor) AS line (sku, total_minor)',
    key: 'line.sku',
    keyText: 'sums.key',
    amount: 'line.total_minor',
  },
}

interface Sum {
  readonly currency: string
  readonly orders: number
  /** Decimal: sums go beyond 2^53. */
  readonly total: string
}

export async function orderTotals(
  pool: Pool,
  filter: OrderFilter,
): Promise<{ readonly orders: number; readonly totals: readonly AmountByCurrency[] }> {
  if (matchesNothing(filter)) return { orders: 0, totals: [] }
  const { rows } = await run<Sum>(pool, filter, totalsStatement(filter))
  return { orders: rows.reduce((orders, sum) => orders + sum.orders, 0), totals: rows.map(amountOf) }
}

export async function orderStatistics(
  pool: Pool,
  filter: OrderFilter,
  grouping: StatisticsGrouping,
): Promise<readonly StatisticsBucket[]> {
  if (matchesNothing(filter)) return []
  const { rows } = await run<Sum & { key: string }>(pool, filter, groupedStatement(filter, grouping))
  const buckets = new Map<string, { key: string; orders: number; totals: AmountByCurrency[] }>()
  for (const row of rows) {
    const bucket = buckets.get(row.key) ?? { key: row.key, orders: 0, totals: [] }
    bucket.orders += row.orders
    bucket.totals.push(amountOf(row))
    buckets.set(row.key, bucket)
  }
  return [...buckets.values()]
}

export function totalsStatement(filter: OrderFilter): Statement {
  const parameters = new Parameters()
  return {
    text: `
      SELECT i.currency, count(*)::int AS orders, sum(i.total_minor)::text AS total
      FROM read.order_index i ${where(...filterConditions(filter, parameters))}
      GROUP BY i.currency ORDER BY i.currency`,
    values: parameters.values,
  }
}

export function groupedStatement(filter: OrderFilter, grouping: StatisticsGrouping): Statement {
  const { from, key, keyText, amount } = GROUPINGS[grouping]
  const parameters = new Parameters()
  const conditions = where(...filterConditions(filter, parameters))
  return {
    text: `
      SELECT ${keyText} AS key, sums.currency, sums.orders::int, sums.total::text
      FROM (
        SELECT ${key} AS key, i.currency, count(*) AS orders, sum(${amount}) AS total FROM ${from} ${conditions} GROUP BY 1, 2
      ) sums
      ORDER BY sums.key, sums.currency`,
    values: parameters.values,
  }
}

/** Where every order counts, reading the table from end to end is the fastest way; the connections of queries avoid it otherwise. */
async function run<Row extends QueryResultRow>(
  pool: Pool,
  filter: OrderFilter,
  statement: Statement,
): Promise<QueryResult<Row>> {
  if (Object.keys(filter).length > 0) return orUnavailable(() => pool.query<Row>(statement))
  return orUnavailable(() =>
    inTransaction(pool, async (client) => {
      await client.query('SET LOCAL enable_seqscan = on')
      return client.query<Row>(statement)
    }),
  )
}

function amountOf({ currency, total }: Sum): AmountByCurrency {
  return { currency, amountMinor: BigInt(total) }
}
