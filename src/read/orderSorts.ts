import type { OrderDocument } from '../contract/documents.js'
import { InvalidSortKey, type OrderSort, type Page, type PageRequest, type SortKey } from './orderQueries.js'
import { isStorableText } from './storableText.js'

export type KeyPart = 'instant' | 'integer' | 'text'

type SortPart = readonly ['createdAt' | 'updatedAt' | 'currency' | 'totalMinor' | 'id', KeyPart]

/** The fields by which orders are sorted, the id last, each with the type that its values have in a key. */
export interface SortOrder {
  readonly fields: readonly [SortPart, ...SortPart[]]
  readonly descending: boolean
}

const BY_CREATION = [
  ['createdAt', 'instant'],
  ['id', 'text'],
] as const

/** Amounts of two currencies have no order, so the currency comes first; with a filter by currency it is the same everywhere. */
const BY_TOTAL = [
  ['currency', 'text'],
  ['totalMinor', 'integer'],
  ['id', 'text'],
] as const

const BY_UPDATE = [
  ['updatedAt', 'instant'],
  ['id', 'text'],
] as const

/** One for all stores, so that pages and their keys are the same on each. */
export const ORDER_SORTS: Readonly<Record<OrderSort, SortOrder>> = {
  CREATED_AT_DESC: { fields: BY_CREATION, descending: true },
  CREATED_AT_ASC: { fields: BY_CREATION, descending: false },
  TOTAL_DESC: { fields: BY_TOTAL, descending: true },
  TOTAL_ASC: { fields: BY_TOTAL, descending: false },
  UPDATED_AT_DESC: { fields: BY_UPDATE, descending: true },
}

/** The page made of its orders and the one behind them, if there is one. found: in the direction of reading, at most limit + 1. */
export function orderPage(
  found: readonly OrderDocument[],
  { fields }: SortOrder,
  { limit, direction }: PageRequest,
): Page<OrderDocument> {
  const items = found.slice(0, limit).map((node) => ({ node, key: fields.map(([field]) => node[field]) }))
  return { items: direction === 'forward' ? items : items.reverse(), hasMore: found.length > limit }
}

/** The key itself, if its parts are what they should be. Throws InvalidSortKey. */
export function checkedKey(key: SortKey, types: readonly KeyPart[]): SortKey {
  const fits = key.length === types.length && types.every((type, index) => isOfType(key[index], type))
  if (fits) return key
  throw new InvalidSortKey(`Expected a sort key of (${types.join(', ')}), found another.`)
}

function isOfType(part: string | number | undefined, type: KeyPart): boolean {
  switch (type) {
    case 'instant':
      return typeof part === 'string' && !Number.isNaN(Date.parse(part))
    case 'integer':
      return Number.isSafeInteger(part)
    case 'text':
      return typeof part === 'string' && isStorableText(part)
  }
}
