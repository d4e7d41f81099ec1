import type { OrderFilter } from '../../orderQueries.js'
import type { Query } from './searchedIndex.js'

/** What an order has to fulfil, one clause a field of the filter. Clauses of a filter score nothing and may be cached. */
export function filterClauses(filter: OrderFilter): Query[] {
  const { customerId, status, createdFrom, createdTo, currency, minTotalMinor, maxTotalMinor, sku } = filter
  const clauses: Query[] = []
  if (customerId !== undefined) clauses.push({ term: { customerId } })
  if (status !== undefined) clauses.push({ terms: { status: [...new Set(status)] } })
  if (createdFrom !== undefined) clauses.push({ range: { createdAt: { gte: createdFrom } } })
  if (createdTo !== undefined) clauses.push({ range: { createdAt: { lt: createdTo } } })
  if (currency !== undefined) clauses.push({ term: { currency } })
  if (minTotalMinor !== undefined) clauses.push({ range: { totalMinor: { gte: minTotalMinor } } })
  if (maxTotalMinor !== undefined) clauses.push({ range: { totalMinor: { lte: maxTotalMinor } } })
  if (sku !== undefined) clauses.push({ term: { skus: sku } })
  return clauses
}

/**
 * Which copy of a shard is asked. Each copy is refreshed for itself, so that a customer's pages, of whatever list, are all taken from one:
 * the next page then never knows less than the last. Who sees the orders of all is spread over the copies.
 */
export function preferenceOf({ customerId }: OrderFilter): { readonly preference?: string } {
  return customerId === undefined ? {} : { preference: `customer-${customerId}` }
}
