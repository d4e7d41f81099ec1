import type { OrderDocument, OrderStatus, ProductDocument } from '../contract/documents.js'

/** What lists, search and statistics are asked. All instants RFC 3339, amounts in minor units of `currency`. Absent = no condition. */
export interface OrderFilter {
  readonly customerId?: string
  /** An empty list matches nothing. */
  readonly status?: readonly OrderStatus[]
  /** Inclusive. */
  readonly createdFrom?: string
  /** Exclusive. */
  readonly createdTo?: string
  readonly currency?: string
  /** Inclusive; only with currency. */
  readonly minTotalMinor?: number
  /** Inclusive; only with currency. */
  readonly maxTotalMinor?: number
  readonly sku?: string
}

export type OrderSort = 'CREATED_AT_DESC' | 'CREATED_AT_ASC' | 'TOTAL_DESC' | 'TOTAL_ASC' | 'UPDATED_AT_DESC'

/** One sort value a key, the id last: unique. Opaque outside of the store; JSON, so that a cursor can carry it. */
export type SortKey = readonly (string | number)[]

/** Either the first `limit` behind `after`, or the last `limit` before `before`; always in the order of the sort. */
export interface PageRequest {
  readonly direction: 'forward' | 'backward'
  readonly limit: number
  /** Exclusive start (forward: behind it; backward: before it). */
  readonly from?: SortKey
}

export interface Page<Node> {
  readonly items: readonly { readonly node: Node; readonly key: SortKey }[]
  /** Whether more lie beyond the page in the direction asked. */
  readonly hasMore: boolean
}

export interface OrderSearchHit {
  readonly order: OrderDocument
  readonly key: SortKey
  readonly score: number
  /** Matching texts, <em> around each match, all else escaped for HTML. */
  readonly highlights: readonly string[]
}

export interface OrderSearchPage {
  readonly hits: readonly OrderSearchHit[]
  readonly hasMore: boolean
}

export interface FacetCounts {
  readonly field: 'status' | 'sku' | 'region'
  /** Most frequent first, then by value; at most 100 values. */
  readonly values: readonly { readonly value: string; readonly count: number }[]
}

export interface AmountByCurrency {
  readonly currency: string
  /** Exact, beyond 2^53 too. */
  readonly amountMinor: bigint
}

export interface StatisticsBucket {
  readonly key: string
  readonly orders: number
  /** By currency, in the order of its code. */
  readonly totals: readonly AmountByCurrency[]
}

export type StatisticsGrouping = 'status' | 'day' | 'sku' | 'region'

/**
 * Lists, search and statistics over what is searchable. Every method throws StoreUnavailable; a `from` key of another sort throws
 * InvalidSortKey.
 */
export interface OrderQueries {
  listOrders(filter: OrderFilter, sort: OrderSort, page: PageRequest): Promise<Page<OrderDocument>>
  countOrders(filter: OrderFilter): Promise<number>
  /** `words` as `searchWords` of the contract gives them. Order: all words exact before forgiven ones, then newest first, then id. Forward only. */
  searchOrders(
    words: readonly string[],
    filter: OrderFilter,
    page: { readonly limit: number; readonly from?: SortKey },
  ): Promise<OrderSearchPage>
  countMatches(words: readonly string[], filter: OrderFilter): Promise<number>
  searchFacets(words: readonly string[], filter: OrderFilter): Promise<readonly FacetCounts[]>
  orderTotals(filter: OrderFilter): Promise<{ readonly orders: number; readonly totals: readonly AmountByCurrency[] }>
  /** Buckets in the order of their key. For 'sku' the totals are those of its lines. */
  orderStatistics(filter: OrderFilter, grouping: StatisticsGrouping): Promise<readonly StatisticsBucket[]>
  /** By sku, ascending. `words`: each must be the beginning of, or (by the typing-error rule) match, a word of sku, name or category; none = all. Forward only. */
  listProducts(
    words: readonly string[],
    page: { readonly limit: number; readonly from?: SortKey },
  ): Promise<Page<ProductDocument>>
  countProducts(words: readonly string[]): Promise<number>
}

/** A page key that does not belong to this sort. The gateway answers BAD_USER_INPUT. */
export class InvalidSortKey extends Error {
  override readonly name = 'InvalidSortKey'
}
