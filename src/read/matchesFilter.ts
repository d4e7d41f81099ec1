import type { OrderAnnouncement } from '../contract/projectionResult.js'
import type { OrderFilter } from './orderQueries.js'

/** Whether an order, as it was after the announced change, is one that a list with this filter holds. */
export function matchesFilter(order: OrderAnnouncement, filter: OrderFilter): boolean {
  const { customerId, status, createdFrom, createdTo, currency, minTotalMinor, maxTotalMinor, sku } = filter
  return (
    (customerId === undefined || order.customerId === customerId) &&
    (status === undefined || status.includes(order.status)) &&
    (createdFrom === undefined || Date.parse(order.createdAt) >= Date.parse(createdFrom)) &&
    (createdTo === undefined || Date.parse(order.createdAt) < Date.parse(createdTo)) &&
    (currency === undefined || order.currency === currency) &&
    (minTotalMinor === undefined || order.totalMinor >= minTotalMinor) &&
    (maxTotalMinor === undefined || order.totalMinor <= maxTotalMinor) &&
    (sku === undefined || order.skus.includes(sku))
  )
}
