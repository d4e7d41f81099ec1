import type { OrderDocument } from '../../contract/documents.js'
import { InvalidSortKey, type OrderSort, type PageRequest, type SortKey } from '../orderQueries.js'
import type { Parameters } from './conditions.js'
import { isStorableText } from './storableText.js'

/** How a list is ordered: by columns of read.order_index that have an index in just that order, the id last. */
interface Sort {
  readonly columns: readonly string[]
  readonly descending: boolean
  /** The columns' values in a document, as a key holds them. */
  key(order: OrderDocument): SortKey
  /** One for each column. */
  readonly types: readonly ('instant' | 'integer' | 'text')[]
}

const byCreation = {
  columns: ['i.created_at', 'i.id'],
  types: ['instant', 'text'],
  key: (order: OrderDocument) => [order.createdAt, order.id],
} as const

/** Amounts of two currencies have no order, so the currency comes first; with a filter by currency it is the same everywhere. */
const byTotal = {
  columns: ['i.currency', 'i.total_minor', 'i.id'],
  types: ['text', 'integer', 'text'],
  key: (order: OrderDocument) => [order.currency, order.totalMinor, order.id],
} as const

const byUpdate = {
  columns: ['i.updated_at', 'i.id'],
  types: ['instant', 'text'],
  key: (order: OrderDocument) => [order.updatedAt, order.id],
} as const

export const ORDER_SORTS: Readonly<Record<OrderSort, Sort>> = {
  CREATED_AT_DESC: { ...byCreation, descending: true },
  CREATED_AT_ASC: { ...byCreation, descending: false },
  TOTAL_DESC: { ...byTotal, descending: true },
  TOTAL_ASC: { ...byTotal, descending: false },
  UPDATED_AT_DESC: { ...byUpdate, descending: true },
}

export interface OrderedPage {
  readonly orderBy: string
  /** Nothing, or the rows beyond the page's key. A row comparison: PostgreSQL begins the index there instead of filtering up to there. */
  readonly conditions: readonly string[]
}

/** In the direction of reading: a backward page comes out last item first. Throws InvalidSortKey. */
export function orderedPage(sort: Sort, { direction, from }: PageRequest, parameters: Parameters): OrderedPage {
  const downwards = sort.descending === (direction === 'forward')
  const columns = sort.columns.join(', ')
  const orderBy = sort.columns.map((column) => `${column} ${downwards ? 'DESC' : 'ASC'}`).join(', ')
  if (!from) return { orderBy, conditions: [] }
  const key = checkedKey(from, sort.types).map((value) => parameters.add(value))
  return { orderBy, conditions: [`(${columns}) ${downwards ? '<' : '>'} (${key.join(', ')})`] }
}

/** The key itself, if its parts are what they should be. Throws InvalidSortKey. */
export function checkedKey(key: SortKey, types: readonly ('instant' | 'integer' | 'text')[]): SortKey {
  const fits = key.length === types.length && types.every((type, index) => isOfType(key[index], type))
  if (fits) return key
  throw new InvalidSortKey(`Expected a sort key of (${types.join(', ')}), found another.`)
}

function isOfType(part: string | number | undefined, type: 'instant' | 'integer' | 'text'): boolean {
  switch (type) {
    case 'instant':
      return typeof part === 'string' && !Number.isNaN(Date.parse(part))
    case 'integer':
      return Number.isSafeInteger(part)
    case 'text':
      return typeof part === 'string' && isStorableText(part)
  }
}
