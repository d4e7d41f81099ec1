import { describe, expect, it } from 'vitest'
import { UnexpectedEvent } from '../../../projector/projections/projection.js'
import { project } from '../../../projector/projections/registry.js'
import { withCustomer } from '../../../projector/projections/withCustomer.js'
import type { Documents, ProjectionName } from '../../../src/contract/documents.js'
import type { DomainEvent } from '../../../src/contract/eventCodec.js'
import { customerDocument, orderDocument } from '../../support/sampleDocuments.js'
import {
  CUP,
  contactChanged,
  customerForgotten,
  customerRegistered,
  inventoryUpdated,
  itemAdded,
  OCCURRED_AT,
  orderCancelled,
  orderConfirmed,
  orderCreated,
  orderDelivered,
  orderShipped,
  paymentProcessed,
  priceChanged,
  productAdded,
  TEA,
  usd,
} from '../../support/sampleEvents.js'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

/** The document that these events make of nothing. */
function given<Name extends ProjectionName>(
  name: Name,
  id: string,
  ...events: readonly DomainEvent[]
): Documents[Name] {
  let document: Documents[Name] | undefined
  for (const [index, event] of events.entries()) {
    document = project(name, document, event, { id, version: index + 1, actor: 'local', traceId: TRACE_ID })
  }
  if (!document) throw new Error('Expected at least one event.')
  return document
}

describe('order summary', () => {
  it('shows a new order, its customer not looked at yet', () => {
    expect(given('orders', '1', orderCreated('ada'))).toEqual(
      orderDocument('1', { customerVersion: 0, customerName: null, customerEmail: null }),
    )
  })

  it('merges a line of the same sku and price, and keeps another price apart', () => {
    const dearer = { ...TEA, unitPrice: usd(1005) }
    const order = given('orders', '1', orderCreated('ada'), itemAdded({ ...TEA, quantity: 3 }), itemAdded(dearer))
    expect(
      order.items.map(({ sku, unitPriceMinor, quantity, lineTotalMinor }) => [
        sku,
        unitPriceMinor,
        quantity,
        lineTotalMinor,
      ]),
    ).toEqual([
      ['TEA', 995, 5, 4975],
      ['TEA', 1005, 2, 2010],
    ])
    expect(order.totalMinor).toBe(6985)
  })

  it('follows an order to its delivery, with the instant of each step', () => {
    const order = given(
      'orders',
      '1',
      orderCreated('ada', [TEA, CUP]),
      paymentProcessed(3000),
      paymentProcessed(240),
      orderConfirmed('2026-03-02T00:00:00.000Z'),
      orderShipped('TRACK-1', '2026-03-03T00:00:00.000Z'),
      orderDelivered('2026-03-05T00:00:00.000Z'),
    )
    expect(order).toMatchObject({
      version: 6,
      status: 'DELIVERED',
      totalMinor: 3240,
      paidMinor: 3240,
      trackingNumber: 'TRACK-1',
      confirmedAt: '2026-03-02T00:00:00.000Z',
      shippedAt: '2026-03-03T00:00:00.000Z',
      deliveredAt: '2026-03-05T00:00:00.000Z',
      updatedAt: '2026-03-05T00:00:00.000Z',
      estimatedDelivery: '2026-03-05T00:00:00.000Z',
    })
  })

  it('estimates the delivery three days after the shipment', () => {
    const order = given(
      'orders',
      '1',
      orderCreated('ada'),
      orderConfirmed(),
      orderShipped('T', '2026-03-03T00:00:00.000Z'),
    )
    expect(order.estimatedDelivery).toBe('2026-03-06T00:00:00.000Z')
  })

  it('shows when and why an order was cancelled', () => {
    const order = given('orders', '1', orderCreated('ada'), orderCancelled('too late'))
    expect(order).toMatchObject({ status: 'CANCELLED', cancelledAt: OCCURRED_AT, cancellationReason: 'too late' })
  })

  it('keeps region and country of an address whose key is gone', () => {
    const created = orderCreated('ada')
    const shippingAddress = { personal: null, region: 'Kent', country: 'GB' }
    const order = given('orders', '1', { ...created, data: { ...created.data, shippingAddress } })
    expect(order).toMatchObject({ shippingAddress: null, region: 'Kent', country: 'GB' })
  })

  it('refuses events that no order can have there', () => {
    expect(() => given('orders', '1', orderConfirmed())).toThrow(UnexpectedEvent)
    expect(() => given('orders', '1', orderCreated('ada'), orderCreated('ada'))).toThrow(UnexpectedEvent)
    expect(() => given('orders', '1', orderCreated('ada'), productAdded())).toThrow(UnexpectedEvent)
  })
})

describe("an order's customer", () => {
  const order = orderDocument('1', { customerVersion: 2 })

  it('is shown where it is newer, and only there', () => {
    const renamed = customerDocument('ada', { version: 3, name: 'Ada King', email: 'k@example.com' })
    expect(withCustomer(order, renamed)).toEqual({
      ...order,
      customerVersion: 3,
      customerName: 'Ada King',
      customerEmail: 'k@example.com',
    })
    expect(withCustomer(order, { ...renamed, version: 2 })).toBe(order)
  })

  it('takes the address away when forgotten, and leaves what is not personal', () => {
    const gone = customerDocument('ada', { version: 3, name: 'still cached', email: null, forgotten: true })
    expect(withCustomer(order, gone)).toEqual({
      ...order,
      customerVersion: 3,
      customerName: null,
      customerEmail: null,
      shippingAddress: null,
    })
  })
})

describe('order timeline', () => {
  const timeline = given(
    'orderTimelines',
    '1',
    orderCreated('ada', [TEA, CUP]),
    itemAdded(),
    paymentProcessed(1990),
    orderConfirmed(),
    orderShipped('TRACK-1'),
    orderCancelled('Ada has moved'),
  )

  it('has one entry an event, with who did it and the trace it came from', () => {
    expect(timeline.entries.map((entry) => [entry.version, entry.type, entry.previousStatus])).toEqual([
      [1, 'OrderCreated', null],
      [2, 'OrderItemAdded', null],
      [3, 'PaymentProcessed', null],
      [4, 'OrderConfirmed', 'PENDING'],
      [5, 'OrderShipped', 'CONFIRMED'],
      [6, 'OrderCancelled', 'SHIPPED'],
    ])
    expect(timeline).toMatchObject({ id: '1', version: 6, customerId: 'ada', status: 'CANCELLED' })
    expect(timeline.entries[0]).toMatchObject({ actor: 'local', traceId: TRACE_ID, occurredAt: OCCURRED_AT })
  })

  it('says what happened in a sentence without personal data', () => {
    expect(timeline.entries.map((entry) => entry.summary)).toEqual([
      'Order created with 2 lines',
      'Added 1 × Cup',
      'Payment of 19.90 USD received',
      'Order confirmed',
      'Shipped with tracking number TRACK-1',
      'Order cancelled',
    ])
  })
})

describe('customer', () => {
  it('shows the newest contact', () => {
    const customer = given('customers', 'ada', customerRegistered(), contactChanged({ email: 'new@example.com' }))
    expect(customer).toEqual(customerDocument('ada', { version: 2, ordersVersion: 0, email: 'new@example.com' }))
  })

  it('is nothing but a number once forgotten', () => {
    const customer = given('customers', 'ada', customerRegistered(), customerForgotten())
    expect(customer).toEqual(
      customerDocument('ada', { version: 2, ordersVersion: 0, name: null, email: null, forgotten: true }),
    )
  })

  it('goes on without names where the key is gone but the event of it has not come yet', () => {
    const registered = { ...customerRegistered(), data: { contact: null } }
    const changed = { ...contactChanged({}), data: { contact: null } }
    expect(given('customers', 'ada', registered, changed)).toMatchObject({
      version: 2,
      name: null,
      email: null,
      forgotten: false,
    })
  })
})

describe('product', () => {
  it('shows price and stock as they are now', () => {
    expect(given('products', 'TEA', productAdded(), priceChanged(1005, 'Green tea'), inventoryUpdated(4, -1))).toEqual({
      id: 'TEA',
      version: 3,
      name: 'Green tea',
      category: 'Drinks',
      currency: 'USD',
      unitPriceMinor: 1005,
      onHand: 4,
      updatedAt: OCCURRED_AT,
    })
  })
})
