import type { ProductDocument } from '../../../contract/documents.js'
import type { Page, SortKey } from '../../orderQueries.js'
import { checkedKey } from '../../orderSorts.js'
import { fromProductSource, type ProductSource } from '../productSource.js'
import { type Query, type SearchedIndex, sourceOf } from './searchedIndex.js'
import { meansOrBeginsWord } from './wordClauses.js'

export async function listProducts(
  products: SearchedIndex,
  words: readonly string[],
  page: { readonly limit: number; readonly from?: SortKey },
): Promise<Page<ProductDocument>> {
  const key = page.from && checkedKey(page.from, ['text'])
  const { hits } = await products.search<ProductSource>({
    query: matchesOf(words),
    sort: [{ id: 'asc' }],
    ...(key ? { search_after: [...key] } : {}),
    size: page.limit + 1,
    track_total_hits: false,
  })
  const found = hits.hits.map((hit) => fromProductSource(sourceOf(hit)))
  return {
    items: found.slice(0, page.limit).map((node) => ({ node, key: [node.id] })),
    hasMore: found.length > page.limit,
  }
}

export async function countProducts(products: SearchedIndex, words: readonly string[]): Promise<number> {
  return products.count(matchesOf(words))
}

function matchesOf(words: readonly string[]): Query {
  return { bool: { filter: words.map(meansOrBeginsWord) } }
}
