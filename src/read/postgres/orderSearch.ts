import type { Pool } from 'pg'
import type { OrderDocument } from '../../contract/documents.js'
import { matchesNothing } from '../matchesNothing.js'
import type { FacetCounts, OrderFilter, OrderSearchHit, OrderSearchPage, SortKey } from '../orderQueries.js'
import { checkedHitKey, MAX_FACET_VALUES, type SearchRank, searchHit } from '../searchHits.js'
import { filterConditions, Parameters, termConditions, where } from './conditions.js'
import { matchingTerms } from './matchingTerms.js'
import type { Statement } from './orderLists.js'
import { orUnavailable } from './translateErrors.js'

const ORDER = 'i.created_at DESC, i.id'
/**
 * The planner knows how frequent a term is among orders, or guesses a little for a rare one. For hundreds of rare ones (numbers that look like
 * the one asked for) the guesses add up to a large part of all orders, and it reads the newest of them one by one for the few that match.
 */
const MAX_TERMS_ESTIMATED = 10

/** What orders have to hold to match: for each word the terms that it may mean. */
export interface SearchTerms {
  readonly words: readonly string[]
  readonly byWord: readonly (readonly string[])[]
}

export async function searchOrders(
  pool: Pool,
  words: readonly string[],
  filter: OrderFilter,
  page: { readonly limit: number; readonly from?: SortKey },
): Promise<OrderSearchPage> {
  const [fromRank, ...fromPlace] = page.from ? checkedHitKey(page.from) : [0]
  if (matchesNothing(filter)) return { hits: [], hasMore: false }
  const terms = await searchTerms(pool, words)
  const matching = new Set(terms.byWord.flat())
  const hits: OrderSearchHit[] = []
  const wanted = page.limit + 1
  // Rank by rank, each in the order of an index: a word that nearly all orders have then costs a page and not all of them.
  for (const rank of [0, 1] as const) {
    if (rank < Number(fromRank) || hits.length === wanted || (rank === 1 && !anythingForgiven(terms))) continue
    const place = rank === fromRank ? fromPlace : []
    const statement = searchStatement(terms, rank, filter, { limit: wanted - hits.length, place })
    const { rows } = await orUnavailable(() => pool.query<{ document: OrderDocument }>(statement))
    hits.push(...rows.map(({ document }) => searchHit(document, rank, (word) => matching.has(word))))
  }
  return { hits: hits.slice(0, page.limit), hasMore: hits.length > page.limit }
}

export async function searchTerms(pool: Pool, words: readonly string[]): Promise<SearchTerms> {
  const found = await matchingTerms(pool, 'order_terms', words)
  return { words, byWord: words.map((word) => [...(found.get(word) ?? [word])]) }
}

/** Otherwise every match is an exact one. */
function anythingForgiven({ byWord }: SearchTerms): boolean {
  return byWord.some((terms) => terms.length > 1)
}

/** The matches of one rank. place: created at and id of the last one seen, or nothing. */
export function searchStatement(
  { words, byWord }: SearchTerms,
  rank: SearchRank,
  filter: OrderFilter,
  page: { readonly limit: number; readonly place: SortKey },
): Statement {
  const parameters = new Parameters()
  const conditions = [...filterConditions(filter, parameters)]
  const exact = `i.terms @> ${parameters.add(words)}::text[]`
  if (rank === 0) conditions.push(exact)
  else conditions.push(...termConditions(byWord, parameters), `NOT ${exact}`)
  const [createdAt, id] = page.place.map((part) => parameters.add(part))
  if (createdAt && id) {
    conditions.push(`i.created_at <= ${createdAt}`, `(i.created_at < ${createdAt} OR i.id > ${id})`)
  }
  const matches = `SELECT i.id, i.created_at FROM read.order_index i ${where(...conditions)}`
  // Behind OFFSET 0 all matches are fetched by their terms and then sorted.
  const source =
    rank === 1 && byWord.some((terms) => terms.length > MAX_TERMS_ESTIMATED) ? `(${matches} OFFSET 0)` : `(${matches})`
  return {
    text: `
      SELECT o.document
      FROM (SELECT i.* FROM ${source} i ORDER BY ${ORDER} LIMIT ${parameters.add(page.limit)}) i
      JOIN read.orders o ON o.id = i.id
      ORDER BY ${ORDER}`,
    values: parameters.values,
  }
}

export async function countMatches(pool: Pool, words: readonly string[], filter: OrderFilter): Promise<number> {
  if (matchesNothing(filter)) return 0
  const { conditions, parameters } = await matchConditions(pool, words, filter)
  const text = `SELECT count(*)::int AS orders FROM read.order_index i ${where(...conditions)}`
  const { rows } = await orUnavailable(() => pool.query<{ orders: number }>(text, parameters.values))
  return rows[0]?.orders ?? 0
}

/** In the order status, sku, region; a region counts under the empty string where there is none. */
export async function searchFacets(
  pool: Pool,
  words: readonly string[],
  filter: OrderFilter,
): Promise<readonly FacetCounts[]> {
  const fields = ['status', 'sku', 'region'] as const
  if (matchesNothing(filter)) return fields.map((field) => ({ field, values: [] }))
  const { conditions, parameters } = await matchConditions(pool, words, filter)
  const text = `
    WITH match AS MATERIALIZED (SELECT i.status, i.region, i.skus FROM read.order_index i ${where(...conditions)})
    SELECT * FROM (${facet('status', 'SELECT status FROM match')}) status
    UNION ALL SELECT * FROM (${facet('sku', 'SELECT unnest(skus) FROM match')}) sku
    UNION ALL SELECT * FROM (${facet('region', 'SELECT region FROM match')}) region`
  const { rows } = await orUnavailable(() =>
    pool.query<{ field: string; value: string; count: number }>(text, parameters.values),
  )
  return fields.map((field) => ({
    field,
    values: rows.filter((row) => row.field === field).map(({ value, count }) => ({ value, count })),
  }))
}

function facet(field: string, values: string): string {
  return `
    SELECT '${field}' AS field, value, count(*)::int AS count FROM (${values}) each (value)
    GROUP BY value ORDER BY count DESC, value COLLATE "C" LIMIT ${MAX_FACET_VALUES}`
}

async function matchConditions(pool: Pool, words: readonly string[], filter: OrderFilter) {
  const { byWord } = await searchTerms(pool, words)
  const parameters = new Parameters()
  return {
    conditions: [...filterConditions(filter, parameters), ...termConditions(byWord, parameters)],
    parameters,
  }
}
