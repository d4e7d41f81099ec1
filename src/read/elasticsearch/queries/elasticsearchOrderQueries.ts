import type {
  OrderFilter,
  OrderQueries,
  OrderSort,
  PageRequest,
  SortKey,
  StatisticsGrouping,
} from '../../orderQueries.js'
import { countOrders, listOrders } from './orderLists.js'
import { countMatches, searchOrders } from './orderSearch.js'
import { orderStatistics, orderTotals } from './orderStatistics.js'
import { countProducts, listProducts } from './productLists.js'
import type { SearchedIndex } from './searchedIndex.js'
import { searchFacets } from './searchFacets.js'

/** The queries on the indices of orders and of products; each kind has a file of its own. */
export class ElasticsearchOrderQueries implements OrderQueries {
  readonly #orders: SearchedIndex
  readonly #products: SearchedIndex

  constructor(orders: SearchedIndex, products: SearchedIndex) {
    this.#orders = orders
    this.#products = products
  }

  listOrders(filter: OrderFilter, sort: OrderSort, page: PageRequest) {
    return listOrders(this.#orders, filter, sort, page)
  }

  countOrders(filter: OrderFilter) {
    return countOrders(this.#orders, filter)
  }

  searchOrders(
    words: readonly string[],
    filter: OrderFilter,
    page: { readonly limit: number; readonly from?: SortKey },
  ) {
    return searchOrders(this.#orders, words, filter, page)
  }

  countMatches(words: readonly string[], filter: OrderFilter) {
    return countMatches(this.#orders, words, filter)
  }

  searchFacets(words: readonly string[], filter: OrderFilter) {
    return searchFacets(this.#orders, words, filter)
  }

  orderTotals(filter: OrderFilter) {
    return orderTotals(this.#orders, filter)
  }

  orderStatistics(filter: OrderFilter, grouping: StatisticsGrouping) {
    return orderStatistics(this.#orders, filter, grouping)
  }

  listProducts(words: readonly string[], page: { readonly limit: number; readonly from?: SortKey }) {
    return listProducts(this.#products, words, page)
  }

  countProducts(words: readonly string[]) {
    return countProducts(this.#products, words)
  }
}
