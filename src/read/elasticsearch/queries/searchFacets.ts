import type { estypes } from '@elastic/elasticsearch'
import { matchesNothing } from '../../matchesNothing.js'
import type { FacetCounts, OrderFilter } from '../../orderQueries.js'
import { MAX_FACET_VALUES } from '../../searchHits.js'
import { preferenceOf } from './filterClauses.js'
import { matchesOf } from './orderSearch.js'
import type { SearchedIndex } from './searchedIndex.js'

const FACETS = [
  { field: 'status', indexed: 'status' },
  { field: 'sku', indexed: 'skus' },
  { field: 'region', indexed: 'region' },
] as const

type FacetBuckets = Record<
  string,
  { readonly buckets: readonly { readonly key: string; readonly doc_count: number }[] }
>

/** In the order status, sku, region; a region counts under the empty string where there is none. */
export async function searchFacets(
  orders: SearchedIndex,
  words: readonly string[],
  filter: OrderFilter,
): Promise<readonly FacetCounts[]> {
  if (matchesNothing(filter)) return FACETS.map(({ field }) => ({ field, values: [] }))
  const { aggregations } = await orders.search<never, FacetBuckets>({
    query: matchesOf(words, filter),
    aggregations: Object.fromEntries(FACETS.map(({ field, indexed }) => [field, mostFrequent(indexed)])),
    size: 0,
    track_total_hits: false,
    ...preferenceOf(filter),
  })
  return FACETS.map(({ field }) => ({
    field,
    values: (aggregations?.[field]?.buckets ?? []).map(({ key, doc_count }) => ({ value: key, count: doc_count })),
  }))
}

/** Exact, because the index has one shard: a shard gives its own most frequent values, which of several need not be those of all. */
function mostFrequent(field: string): estypes.AggregationsAggregationContainer {
  return { terms: { field, size: MAX_FACET_VALUES, order: [{ _count: 'desc' }, { _key: 'asc' }] } }
}
