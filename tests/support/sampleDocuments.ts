import type {
  CustomerDocument,
  OrderDocument,
  OrderTimelineDocument,
  ProductDocument,
} from '../../src/contract/documents.js'

const CREATED_AT = '2026-03-01T09:30:00.000Z'

/** Documents as projections make them, each part replaceable. */
export function orderDocument(id: string, replaced: Partial<OrderDocument> = {}): OrderDocument {
  return {
    id,
    version: 1,
    customerId: 'ada',
    customerVersion: 1,
    customerName: 'Ada Lovelace',
    customerEmail: 'ada@example.com',
    status: 'PENDING',
    items: [{ sku: 'TEA', productName: 'Tea', unitPriceMinor: 995, quantity: 2, lineTotalMinor: 1990 }],
    currency: 'USD',
    totalMinor: 1990,
    paidMinor: 0,
    shippingAddress: {
      line1: '1 Engine Way',
      line2: null,
      city: 'London',
      region: null,
      postalCode: 'N1',
      country: 'GB',
    },
    region: '',
    country: 'GB',
    trackingNumber: null,
    cancellationReason: null,
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    confirmedAt: null,
    shippedAt: null,
    deliveredAt: null,
    cancelledAt: null,
    estimatedDelivery: '2026-03-06T09:30:00.000Z',
    ...replaced,
  }
}

export function timelineDocument(id: string, entries: number): OrderTimelineDocument {
  return {
    id,
    version: entries,
    customerId: 'ada',
    status: 'PENDING',
    entries: Array.from({ length: entries }, (_, index) => ({
      version: index + 1,
      type: index === 0 ? 'OrderCreated' : 'PaymentProcessed',
      summary: `Entry ${index + 1}`,
      previousStatus: null,
      occurredAt: CREATED_AT,
      actor: 'local',
      traceId: null,
    })),
  }
}

export function customerDocument(id: string, replaced: Partial<CustomerDocument> = {}): CustomerDocument {
  return {
    id,
    version: 1,
    ordersVersion: 1,
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    forgotten: false,
    registeredAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...replaced,
  }
}

export function productDocument(id: string, replaced: Partial<ProductDocument> = {}): ProductDocument {
  return {
    id,
    version: 1,
    name: 'Tea',
    category: null,
    currency: 'USD',
    unitPriceMinor: 995,
    onHand: 10,
    updatedAt: CREATED_AT,
    ...replaced,
  }
}
