import { randomUUIDv7 } from 'node:crypto'
import type { AppendRequest } from '../../../src/write/eventStore/eventStore.js'

const DATA = {
  customerId: 'customer-00001234',
  items: [
    {
      sku: 'FUR-CH-10000454',
      productName: 'Hon Deluxe Fabric Upholstered Stacking Chairs',
      quantity: 3,
      unitPrice: { amountMinor: 24_398, currency: 'USD' },
    },
  ],
  shippingAddress: { personal: `k1.${'A'.repeat(120)}`, region: 'Kentucky', country: 'US' },
}

/** The first event of a new order, about 600 bytes of JSON with its metadata. Every call makes another one. */
export function newAppend(): AppendRequest {
  const eventId = randomUUIDv7()
  const commandId = randomUUIDv7()
  return {
    streamId: `order-${eventId}`,
    streamCategory: 'order',
    streamVersion: 1,
    eventId,
    type: 'OrderCreated',
    schemaVersion: 1,
    data: DATA,
    metadata: {
      correlationId: eventId,
      causationId: commandId,
      actor: 'local',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      occurredAt: '2026-01-02T03:04:05.678Z',
    },
    principal: 'local',
    commandId,
    fingerprint: 'BWkAo3VzV8Qyk3s1n5bWcW7xTqgrv3SY1LZl0q1oG9U',
  }
}

export function storedMetadata({ metadata, eventId, fingerprint }: AppendRequest) {
  return { ...metadata, eventId, fingerprint }
}
