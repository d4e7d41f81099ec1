import type { ProjectionName } from '../../src/contract/documents.js'
import type { AppliedEvent, OrderAnnouncement, StreamParked } from '../../src/contract/projectionResult.js'

/** Announcements as projectors publish them, each part replaceable. */
export function orderApplied(
  id: string,
  version: number,
  replaced: Partial<OrderAnnouncement> = {},
  projections: readonly ProjectionName[] = ['orders', 'orderTimelines'],
): AppliedEvent {
  const order: OrderAnnouncement = {
    orderId: id,
    customerId: 'ada',
    status: 'PENDING',
    previousStatus: null,
    createdAt: '2026-03-01T09:30:00.000Z',
    currency: 'USD',
    totalMinor: 1990,
    skus: ['TEA'],
    ...replaced,
  }
  const type = version === 1 ? 'OrderCreated' : 'PaymentProcessed'
  return { kind: 'applied', projections, streamId: `order-${id}`, version, type, order }
}

export function customerApplied(id: string, version: number): AppliedEvent {
  return {
    kind: 'applied',
    projections: ['customers'],
    streamId: `customer-${id}`,
    version,
    type: 'CustomerContactChanged',
    order: null,
  }
}

export function parkedAt(id: string, version: number): StreamParked {
  return { kind: 'parked', projections: ['orders', 'orderTimelines'], streamId: `order-${id}`, version }
}
