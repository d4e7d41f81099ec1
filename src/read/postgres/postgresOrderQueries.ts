import type { Pool } from 'pg'
import type { OrderFilter, OrderQueries, OrderSort, PageRequest, SortKey, StatisticsGrouping } from '../orderQueries.js'
import { countOrders, listOrders } from './orderLists.js'
import { countMatches, searchFacets, searchOrders } from './orderSearch.js'
import { orderStatistics, orderTotals } from './orderStatistics.js'
import { countProducts, listProducts } from './productLists.js'

/** The queries on one pool; each kind has a file of its own. */
export class PostgresOrderQueries implements OrderQueries {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  listOrders(filter: OrderFilter, sort: OrderSort, page: PageRequest) {
    return listOrders(this.#pool, filter, sort, page)
  }

  countOrders(filter: OrderFilter) {
    return countOrders(this.#pool, filter)
  }

  searchOrders(
    words: readonly string[],
    filter: OrderFilter,
    page: { readonly limit: number; readonly from?: SortKey },
  ) {
    return searchOrders(this.#pool, words, filter, page)
  }

  countMatches(words: readonly string[], filter: OrderFilter) {
    return countMatches(this.#pool, words, filter)
  }

  searchFacets(words: readonly string[], filter: OrderFilter) {
    return searchFacets(this.#pool, words, filter)
  }

  orderTotals(filter: OrderFilter) {
    return orderTotals(this.#pool, filter)
  }

  orderStatistics(filter: OrderFilter, grouping: StatisticsGrouping) {
    return orderStatistics(this.#pool, filter, grouping)
  }

  listProducts(words: readonly string[], page: { readonly limit: number; readonly from?: SortKey }) {
    return listProducts(this.#pool, words, page)
  }

  countProducts(words: readonly string[]) {
    return countProducts(this.#pool, words)
  }
}
