import type { PageRequest } from '../orderQueries.js'
import { checkedKey, type SortOrder } from '../orderSorts.js'
import type { Parameters } from './conditions.js'

/** The columns of read.order_index by the fields that they hold. There is an index in just the order of each sort. */
const COLUMNS = {
  createdAt: 'i.created_at',
  updatedAt: 'i.updated_at',
  currency: 'i.currency',
  totalMinor: 'i.total_minor',
  id: 'i.id',
} as const

export interface OrderedPage {
  readonly orderBy: string
  /** Nothing, or the rows beyond the page's key. A row comparison: PostgreSQL begins the index there instead of filtering up to there. */
  readonly conditions: readonly string[]
}

/** In the direction of reading: a backward page comes out last item first. Throws InvalidSortKey. */
export function orderedPage(
  { fields, descending }: SortOrder,
  { direction, from }: PageRequest,
  parameters: Parameters,
): OrderedPage {
  const downwards = descending === (direction === 'forward')
  const columns = fields.map(([field]) => COLUMNS[field])
  const orderBy = columns.map((column) => `${column} ${downwards ? 'DESC' : 'ASC'}`).join(', ')
  if (!from) return { orderBy, conditions: [] }
  const key = checkedKey(
    from,
    fields.map(([, type]) => type),
  ).map((value) => parameters.add(value))
  return { orderBy, conditions: [`(${columns.join(', ')}) ${downwards ? '<' : '>'} (${key.join(', ')})`] }
}
