import type { OrderDocument } from '../../../contract/documents.js'
import { matchesNothing } from '../../matchesNothing.js'
import type { OrderFilter, OrderSort, Page, PageRequest } from '../../orderQueries.js'
import { checkedKey, ORDER_SORTS, orderPage } from '../../orderSorts.js'
import { fromSource, type OrderSource } from '../orderSource.js'
import { filterClauses, preferenceOf } from './filterClauses.js'
import { type SearchedIndex, sourceOf } from './searchedIndex.js'
import { upperBound } from './upperBound.js'

export async function listOrders(
  orders: SearchedIndex,
  filter: OrderFilter,
  sort: OrderSort,
  page: PageRequest,
): Promise<Page<OrderDocument>> {
  const { fields, descending } = ORDER_SORTS[sort]
  const types = fields.map(([, type]) => type)
  const key = page.from && checkedKey(page.from, types)
  if (matchesNothing(filter)) return { items: [], hasMore: false }
  const clauses = filterClauses(filter)
  const preference = preferenceOf(filter)
  const direction = descending === (page.direction === 'forward') ? 'desc' : 'asc'
  // One more than the page has, to know whether there are more.
  const size = page.limit + 1
  const search = async (...bounds: typeof clauses): Promise<readonly OrderDocument[]> => {
    const { hits } = await orders.search<OrderSource>({
      query: { bool: { filter: [...clauses, ...bounds] } },
      sort: fields.map(([field]) => ({ [field === 'createdAt' ? 'createdAtSort' : field]: direction })),
      ...(key ? { search_after: [...key] } : {}),
      size,
      track_total_hits: false,
      ...preference,
    })
    return hits.hits.map((hit) => fromSource(sourceOf(hit)))
  }

  const [[field]] = fields
  if (direction === 'asc' && isInstant(field)) {
    const bound = await upperBound(orders, {
      field,
      clauses,
      size,
      preference,
      ...(key ? { from: String(key[0]) } : {}),
    })
    const found = bound ? await search(bound) : []
    // Fewer, where orders have been changed in between and the filter no longer takes them.
    if (found.length === size) return orderPage(found, ORDER_SORTS[sort], page)
  }
  return orderPage(await search(), ORDER_SORTS[sort], page)
}

function isInstant(field: string): field is 'createdAt' | 'updatedAt' {
  return field === 'createdAt' || field === 'updatedAt'
}

export async function countOrders(orders: SearchedIndex, filter: OrderFilter): Promise<number> {
  if (matchesNothing(filter)) return 0
  return orders.count({ bool: { filter: filterClauses(filter) } }, preferenceOf(filter))
}
