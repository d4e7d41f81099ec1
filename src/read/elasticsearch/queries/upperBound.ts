import type { Query, SearchedIndex } from './searchedIndex.js'

/** A list by an instant, oldest first. */
interface AscendingList {
  readonly field: 'createdAt' | 'updatedAt'
  readonly clauses: readonly Query[]
  readonly size: number
  /** The instant at which the page before ended; orders of the same instant may be on either. */
  readonly from?: string
  readonly preference: { readonly preference?: string }
}

/**
 * The clause that leaves out what is newer than all of a page, undefined where fewer orders than a page are left.
 *
 * The index holds orders newest first. Read from the oldest on, each of them is among the first seen so far, and to keep it Elasticsearch
 * looks up its id, the last sort field; by the instant alone that costs a tenth. At 100,000 orders in one segment: 170 ms for a page by
 * instant and id, 25 ms for this search and the page together.
 */
export async function upperBound(
  orders: SearchedIndex,
  { field, clauses, size, from, preference }: AscendingList,
): Promise<Query | undefined> {
  const beyond = from === undefined ? [] : [{ range: { [field]: { gt: from } } }]
  const { hits } = await orders.search({
    query: { bool: { filter: [...clauses, ...beyond] } },
    sort: [{ [field]: { order: 'asc', format: 'strict_date_time' } }],
    size,
    _source: false,
    track_total_hits: false,
    ...preference,
  })
  const last = hits.hits[size - 1]?.sort?.[0]
  return typeof last === 'string' ? { range: { [field]: { lte: last } } } : undefined
}
