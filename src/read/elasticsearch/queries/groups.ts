import type { estypes } from '@elastic/elasticsearch'
import { exactSum, type SummedParts, sumsOf } from './exactSums.js'
import type { Query, Searchable, SearchedIndex } from './searchedIndex.js'

/** How orders, or their lines, are counted and summed up. Part: the names of the parts of a group's key. */
export interface Grouping<Part extends string> {
  /** Where each part of the key comes from, in the order of sorting. */
  readonly by: Readonly<Record<Part, estypes.AggregationsCompositeAggregationSource>>
  /** The field with the parts of the amount. */
  readonly amount: string
  /** The field with the objects that are counted, each for itself; without it orders are. */
  readonly nested?: string
}

export interface Group<Part extends string> {
  readonly key: Readonly<Record<Part, string>>
  readonly count: number
  readonly amountMinor: bigint
}

interface Page<Part extends string> {
  readonly buckets: readonly (SummedParts & {
    readonly key: Readonly<Record<Part, string>>
    readonly doc_count: number
  })[]
  /** The key of the last bucket; absent from a page without any. */
  readonly after_key?: Record<Part, string>
}

/** Elasticsearch refuses more than 65,536 in one answer, and holds all of an answer in memory. */
const GROUPS_A_PAGE = 5_000

/**
 * All groups, in ascending order of their keys, texts by code point. By a composite aggregation, page by page: an aggregation by terms gives
 * the most frequent values alone.
 */
export function everyGroup<Part extends string>(
  index: SearchedIndex,
  query: Query,
  grouping: Grouping<Part>,
): Promise<readonly Group<Part>[]> {
  return index.atOnePointInTime(async (state) => {
    const groups: Group<Part>[] = []
    for (let after: Page<Part>['after_key']; ; ) {
      const page = await groupsBehind(state, query, grouping, after)
      groups.push(
        ...page.buckets.map(({ key, doc_count, ...sums }) => ({ key, count: doc_count, amountMinor: exactSum(sums) })),
      )
      after = page.after_key
      if (!after || page.buckets.length < GROUPS_A_PAGE) return groups
    }
  })
}

async function groupsBehind<Part extends string>(
  state: Searchable,
  query: Query,
  { by, amount, nested }: Grouping<Part>,
  after: Page<Part>['after_key'],
): Promise<Page<Part>> {
  const sources = Object.entries<estypes.AggregationsCompositeAggregationSource>(by).map(([part, source]) => ({
    [part]: source,
  }))
  const groups = {
    composite: { sources, size: GROUPS_A_PAGE, ...(after ? { after } : {}) },
    aggregations: sumsOf(amount),
  }
  const { aggregations } = await state.search<never, { groups?: Page<Part>; inside?: { groups: Page<Part> } }>({
    query,
    aggregations: nested ? { inside: { nested: { path: nested }, aggregations: { groups } } } : { groups },
    size: 0,
    track_total_hits: false,
  })
  const page = aggregations?.inside?.groups ?? aggregations?.groups
  if (!page) throw new TypeError('Expected Elasticsearch to answer with the aggregation asked for, found none.')
  return page
}
