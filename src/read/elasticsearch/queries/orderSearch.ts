import { matchKind } from '../../../contract/searchWords.js'
import { matchesNothing } from '../../matchesNothing.js'
import type { OrderFilter, OrderSearchPage, SortKey } from '../../orderQueries.js'
import { checkedHitKey, searchHit } from '../../searchHits.js'
import { fromSource, type OrderSource } from '../orderSource.js'
import { filterClauses, preferenceOf } from './filterClauses.js'
import { type Query, type SearchedIndex, sourceOf } from './searchedIndex.js'
import { hasWord, meansWord } from './wordClauses.js'

export async function searchOrders(
  orders: SearchedIndex,
  words: readonly string[],
  filter: OrderFilter,
  page: { readonly limit: number; readonly from?: SortKey },
): Promise<OrderSearchPage> {
  const key = page.from && checkedHitKey(page.from)
  if (matchesNothing(filter)) return { hits: [], hasMore: false }
  const { hits } = await orders.search<OrderSource>({
    query: ranked(words, filter),
    sort: [{ _score: { order: 'desc' } }, { createdAtSort: 'desc' }, { id: 'asc' }],
    ...(key ? { search_after: [scoreOf(Number(key[0])), ...key.slice(1)] } : {}),
    size: page.limit + 1,
    track_total_hits: false,
    ...preferenceOf(filter),
  })
  const isMeant = (term: string) => words.some((word) => matchKind(word, term) !== undefined)
  return {
    hits: hits.hits
      .slice(0, page.limit)
      .map((hit) => searchHit(fromSource(sourceOf(hit)), hit._score === scoreOf(0) ? 0 : 1, isMeant)),
    hasMore: hits.hits.length > page.limit,
  }
}

/** All orders that have each word, whether exactly or forgiven. */
export function matchesOf(words: readonly string[], filter: OrderFilter): Query {
  return { bool: { filter: matchClauses(words, filter) } }
}

/** The same, with the score 1 where all words are met exactly and 0 where one is forgiven. */
function ranked(words: readonly string[], filter: OrderFilter): Query {
  const allExact = { constant_score: { filter: { bool: { filter: words.map(hasWord) } }, boost: scoreOf(0) } }
  return { bool: { filter: matchClauses(words, filter), should: allExact } }
}

function matchClauses(words: readonly string[], filter: OrderFilter): Query[] {
  return [...filterClauses(filter), ...words.map(meansWord)]
}

/** Scores sort downwards, ranks upwards. */
function scoreOf(rank: number): number {
  return 1 - rank
}

export async function countMatches(
  orders: SearchedIndex,
  words: readonly string[],
  filter: OrderFilter,
): Promise<number> {
  return matchesNothing(filter) ? 0 : orders.count(matchesOf(words, filter), preferenceOf(filter))
}
