import type { OrderDocument } from '../contract/documents.js'
import { orderSearchTexts } from '../contract/searchWords.js'
import { highlight } from './highlight.js'
import type { OrderSearchHit, SortKey } from './orderQueries.js'
import { checkedKey } from './orderSorts.js'

export const MAX_FACET_VALUES = 100

/** All words exact: 0; one of them forgiven: 1. First part of a key. */
export type SearchRank = 0 | 1

/** A hit as all stores give it. matches: whether a word of the order's texts is meant by one of the query's. */
export function searchHit(order: OrderDocument, rank: SearchRank, matches: (word: string) => boolean): OrderSearchHit {
  const highlights = orderSearchTexts(order).flatMap((text) => highlight(text, matches) ?? [])
  return {
    order,
    key: [rank, order.createdAt, order.id],
    score: rank === 0 ? 1 : 0.5,
    highlights: [...new Set(highlights)],
  }
}

/** Rank, created at, id: the key of a hit, if it is one. Throws InvalidSortKey. */
export function checkedHitKey(key: SortKey): SortKey {
  return checkedKey(key, ['integer', 'instant', 'text'])
}
