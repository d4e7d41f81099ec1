import type { Pool } from 'pg'
import type { OrderDocument } from '../../contract/documents.js'
import { matchesNothing } from '../matchesNothing.js'
import type { OrderFilter, OrderSort, Page, PageRequest } from '../orderQueries.js'
import { ORDER_SORTS, orderPage } from '../orderSorts.js'
import { filterConditions, Parameters, where } from './conditions.js'
import { orderedPage } from './orderSorts.js'
import { orUnavailable } from './translateErrors.js'

/** A statement for pg. Without a name: it is planned for its very values, on which the best index depends. */
export interface Statement {
  readonly text: string
  readonly values: unknown[]
}

export async function listOrders(
  pool: Pool,
  filter: OrderFilter,
  sort: OrderSort,
  page: PageRequest,
): Promise<Page<OrderDocument>> {
  const statement = listStatement(filter, sort, page)
  if (matchesNothing(filter)) return { items: [], hasMore: false }
  const { rows } = await orUnavailable(() => pool.query<{ document: OrderDocument }>(statement))
  const found = rows.map(({ document }) => document)
  return orderPage(found, ORDER_SORTS[sort], page)
}

/** One row more than the page has, to know whether there are more. Throws InvalidSortKey. */
export function listStatement(filter: OrderFilter, sort: OrderSort, page: PageRequest): Statement {
  const parameters = new Parameters()
  const conditions = filterConditions(filter, parameters)
  const { orderBy, conditions: beyond } = orderedPage(ORDER_SORTS[sort], page, parameters)
  const limit = parameters.add(page.limit + 1)
  return {
    text: `
      SELECT o.document
      FROM (SELECT i.* FROM read.order_index i ${where(...conditions, ...beyond)} ORDER BY ${orderBy} LIMIT ${limit}) i
      JOIN read.orders o ON o.id = i.id
      ORDER BY ${orderBy}`,
    values: parameters.values,
  }
}

export async function countOrders(pool: Pool, filter: OrderFilter): Promise<number> {
  if (matchesNothing(filter)) return 0
  const parameters = new Parameters()
  const text = `SELECT count(*)::int AS orders FROM read.order_index i ${where(...filterConditions(filter, parameters))}`
  const { rows } = await orUnavailable(() => pool.query<{ orders: number }>(text, parameters.values))
  return rows[0]?.orders ?? 0
}
