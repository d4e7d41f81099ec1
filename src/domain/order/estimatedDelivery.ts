const DAY_MS = 24 * 60 * 60 * 1000
const DAYS_FROM_CREATION = 5
const DAYS_FROM_SHIPMENT = 3

/**
 * When an order is expected to arrive: five days after it was created; once shipped, three days after that; once delivered, when it was.
 *
 * Takes an order's state as well as its document. A day is 24 hours: everything is UTC. RFC 3339 in and out, with milliseconds.
 */
export function estimatedDelivery(order: {
  readonly createdAt: string
  readonly shippedAt?: string | null
  readonly deliveredAt?: string | null
}): string {
  if (order.deliveredAt) return order.deliveredAt
  if (order.shippedAt) return daysAfter(order.shippedAt, DAYS_FROM_SHIPMENT)
  return daysAfter(order.createdAt, DAYS_FROM_CREATION)
}

function daysAfter(instant: string, days: number): string {
  return new Date(Date.parse(instant) + days * DAY_MS).toISOString()
}
