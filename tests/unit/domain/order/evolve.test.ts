import { describe, expect, it } from 'vitest'
import { estimatedDelivery } from '../../../../src/domain/order/estimatedDelivery.js'
import type { OrderEvent } from '../../../../src/domain/order/events.js'
import { evolveOrder, initialOrder } from '../../../../src/domain/order/evolve.js'
import type { ExistingOrder, OrderState } from '../../../../src/domain/order/state.js'
import {
  cancelled,
  confirmed,
  created,
  day,
  delivered,
  HISTORIES,
  itemAdded,
  line,
  paid,
  shipped,
  usd,
} from './orderFixture.js'

const fold = (...events: readonly OrderEvent[]) => events.reduce<OrderState>(evolveOrder, initialOrder) as ExistingOrder

const basics = {
  customerId: 'c-1',
  items: [line('lamp', 2)],
  total: usd(3980n),
  paid: usd(0n),
  createdAt: day(1).occurredAt,
}

describe('an order folds to', () => {
  it.each([
    ['PENDING', { ...basics, status: 'PENDING' }],
    ['CONFIRMED', { ...basics, status: 'CONFIRMED', confirmedAt: day(4).occurredAt }],
    [
      'SHIPPED',
      {
        ...basics,
        status: 'SHIPPED',
        confirmedAt: day(4).occurredAt,
        shippedAt: day(5).occurredAt,
        trackingNumber: 'T-1',
      },
    ],
    [
      'DELIVERED',
      {
        ...basics,
        status: 'DELIVERED',
        confirmedAt: day(4).occurredAt,
        shippedAt: day(5).occurredAt,
        trackingNumber: 'T-1',
        deliveredAt: day(6).occurredAt,
      },
    ],
    [
      'CANCELLED',
      {
        ...basics,
        status: 'CANCELLED',
        cancelledAt: day(7).occurredAt,
        reason: 'changed my mind',
        shippedAt: null,
      },
    ],
  ] as const)('%s', (status, expected) => {
    expect(fold(...HISTORIES[status])).toEqual(expected)
  })

  it('CANCELLED after the shipment, which it remembers, but for the tracking number', () => {
    expect(fold(...HISTORIES.SHIPPED, cancelled)).toEqual({
      ...basics,
      status: 'CANCELLED',
      cancelledAt: day(7).occurredAt,
      reason: 'changed my mind',
      shippedAt: day(5).occurredAt,
    })
  })

  it('its payments, in whatever state they came', () => {
    expect(fold(...HISTORIES.PENDING, paid(100n), confirmed, paid(200n), shipped, delivered, paid(300n)).paid).toEqual(
      usd(600n),
    )
  })

  it('one line for the same sku at the same price, two for two prices', () => {
    const dearer = { ...line('lamp', 1), unitPrice: usd(2490n) }
    const { items, total } = fold(...HISTORIES.PENDING, itemAdded(dearer), itemAdded(line('lamp', 1)))
    expect(items).toEqual([line('lamp', 3), dearer])
    expect(total).toEqual(usd(3n * 1990n + 2490n))
  })
})

describe('an event that cannot follow is a fault of the log', () => {
  const FOLLOWS: readonly (readonly [OrderEvent, readonly OrderState['status'][]])[] = [
    [created(line('lamp', 2)), ['NONE']],
    [itemAdded(line('pen', 1)), ['PENDING']],
    [paid(1n), ['PENDING', 'CONFIRMED', 'SHIPPED', 'DELIVERED']],
    [confirmed, ['PENDING']],
    [shipped, ['CONFIRMED']],
    [delivered, ['SHIPPED']],
    [cancelled, ['PENDING', 'CONFIRMED', 'SHIPPED']],
  ]

  it.each(FOLLOWS)('$type', (event, legal) => {
    const follows = Object.entries(HISTORIES).filter(([, history]) => {
      const before = history.reduce<OrderState>(evolveOrder, initialOrder)
      try {
        evolveOrder(before, event)
        return true
      } catch (error) {
        expect(error).toMatchObject({ name: 'ImpossibleEvent', eventType: event.type, found: before.status })
        return false
      }
    })
    expect(follows.map(([status]) => status)).toEqual(legal)
  })

  it('an order without items, and one whose amounts do not add up', () => {
    expect(() => fold(created())).toThrow('it names no item')
    expect(() => fold(created(line('lamp', 1), line('tea', 1)))).toThrow('USD and JPY')
    expect(() => fold(created(line('moon', 2)))).toThrow('OrderCreated cannot follow the state NONE')
  })
})

describe('estimated delivery', () => {
  it.each([
    ['PENDING', 'five days after it was created', '2026-03-06T12:00:00.000Z'],
    ['CONFIRMED', 'five days after it was created', '2026-03-06T12:00:00.000Z'],
    ['SHIPPED', 'three days after it was shipped', '2026-03-08T12:00:00.000Z'],
    ['DELIVERED', 'when it was', '2026-03-06T12:00:00.000Z'],
    ['CANCELLED', 'as before', '2026-03-06T12:00:00.000Z'],
  ] as const)('%s: %s', (status, _, expected) => {
    expect(estimatedDelivery(fold(...HISTORIES[status]))).toBe(expected)
  })

  it('of an order cancelled after its shipment stays the one from the shipment', () => {
    expect(estimatedDelivery(fold(...HISTORIES.SHIPPED, cancelled))).toBe('2026-03-08T12:00:00.000Z')
  })

  it('takes the nulls of a document, and crosses months, years and leap days', () => {
    const unshipped = { shippedAt: null, deliveredAt: null }
    expect(estimatedDelivery({ createdAt: '2025-12-29T23:59:59.999Z', ...unshipped })).toBe('2026-01-03T23:59:59.999Z')
    expect(estimatedDelivery({ createdAt: '2028-02-25T00:00:00.000Z', ...unshipped })).toBe('2028-03-01T00:00:00.000Z')
  })
})
