import type { OrderDocument } from '../../src/contract/documents.js'
import { matchKind, orderTerms } from '../../src/contract/searchWords.js'
import type { OrderFilter, OrderSort } from '../../src/read/orderQueries.js'

/** The rules of lists and search as plainly as they can be written: over an array, without any index. */

export function matching(orders: readonly OrderDocument[], filter: OrderFilter): OrderDocument[] {
  const { customerId, status, createdFrom, createdTo, currency, minTotalMinor, maxTotalMinor, sku } = filter
  return orders.filter(
    (order) =>
      (customerId === undefined || order.customerId === customerId) &&
      (status === undefined || status.includes(order.status)) &&
      (createdFrom === undefined || Date.parse(order.createdAt) >= Date.parse(createdFrom)) &&
      (createdTo === undefined || Date.parse(order.createdAt) < Date.parse(createdTo)) &&
      (currency === undefined || order.currency === currency) &&
      (minTotalMinor === undefined || order.totalMinor >= minTotalMinor) &&
      (maxTotalMinor === undefined || order.totalMinor <= maxTotalMinor) &&
      (sku === undefined || order.items.some((item) => item.sku === sku)),
  )
}

const ASCENDING: Readonly<Record<OrderSort, (a: OrderDocument, b: OrderDocument) => number>> = {
  CREATED_AT_ASC: (a, b) => byText(a.createdAt, b.createdAt) || byText(a.id, b.id),
  CREATED_AT_DESC: (a, b) => byText(a.createdAt, b.createdAt) || byText(a.id, b.id),
  UPDATED_AT_DESC: (a, b) => byText(a.updatedAt, b.updatedAt) || byText(a.id, b.id),
  TOTAL_ASC: (a, b) => byText(a.currency, b.currency) || a.totalMinor - b.totalMinor || byText(a.id, b.id),
  TOTAL_DESC: (a, b) => byText(a.currency, b.currency) || a.totalMinor - b.totalMinor || byText(a.id, b.id),
}

export function sorted(orders: readonly OrderDocument[], sort: OrderSort): OrderDocument[] {
  const ascending = [...orders].sort(ASCENDING[sort])
  return sort.endsWith('_DESC') ? ascending.reverse() : ascending
}

/** Exact before forgiven, then newest first, then id. */
export function found(orders: readonly OrderDocument[], words: readonly string[]): OrderDocument[] {
  return orders
    .flatMap((order) => {
      const terms = orderTerms(order)
      const kinds = words.map((word) => bestKind(word, terms))
      return kinds.includes(undefined) ? [] : [{ order, rank: kinds.includes('forgiven') ? 1 : 0 }]
    })
    .sort((a, b) => a.rank - b.rank || byText(b.order.createdAt, a.order.createdAt) || byText(a.order.id, b.order.id))
    .map(({ order }) => order)
}

function bestKind(word: string, terms: readonly string[]): 'exact' | 'forgiven' | undefined {
  const kinds = terms.map((term) => matchKind(word, term))
  return kinds.includes('exact') ? 'exact' : kinds.find((kind) => kind !== undefined)
}

/** By code point, as the store's ids are; `<` on texts compares UTF-16 units. */
export function byText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
