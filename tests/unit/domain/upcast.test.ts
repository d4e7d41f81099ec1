import { describe, expect, it } from 'vitest'
import { EVENT_TYPES, schemaVersionOf, type Upcasters, upcast } from '../../../src/domain/upcast.js'

const none = Object.fromEntries(EVENT_TYPES.map((type) => [type, []])) as unknown as Upcasters

/** As if shipments had been written in three shapes. */
const upcasters: Upcasters = {
  ...none,
  OrderShipped: [
    ({ tracking, ...rest }) => ({ ...rest, trackingNumber: tracking ?? null }),
    (data) => ({ ...data, carrier: 'unknown' }),
  ],
}

describe('today', () => {
  it('every event type is at schema version 1, and its data comes back as it is', () => {
    const data = { trackingNumber: 'T-1' }
    expect(EVENT_TYPES).toHaveLength(13)
    for (const type of EVENT_TYPES) {
      expect(schemaVersionOf(type)).toBe(1)
      expect(upcast(type, 1, data)).toEqual(data)
    }
  })
})

describe('with three shapes of an event', () => {
  it('the schema version counts them', () => {
    expect(schemaVersionOf('OrderShipped', upcasters)).toBe(3)
    expect(schemaVersionOf('OrderCreated', upcasters)).toBe(1)
  })

  it.each([
    [1, { tracking: 'T-1' }],
    [2, { trackingNumber: 'T-1' }],
    [3, { trackingNumber: 'T-1', carrier: 'unknown' }],
  ])('schema version %i comes out in the shape of today', (version, data) => {
    expect(upcast('OrderShipped', version, data, upcasters)).toEqual({ trackingNumber: 'T-1', carrier: 'unknown' })
  })

  it('leaves the stored data alone', () => {
    const stored = Object.freeze({ tracking: 'T-1' })
    upcast('OrderShipped', 1, stored, upcasters)
    expect(stored).toEqual({ tracking: 'T-1' })
  })

  it.each([4, 0, -1, 1.5, Number.NaN])('refuses schema version %d', (found) => {
    expect(() => upcast('OrderShipped', found, {}, upcasters)).toThrow(
      expect.objectContaining({ name: 'UnknownSchemaVersion', expected: 3, found }),
    )
  })
})

it.each(['OrderSplit', 'constructor', '__proto__', ''])('refuses the unknown type %j', (found) => {
  expect(() => schemaVersionOf(found)).toThrow(expect.objectContaining({ name: 'UnknownEventType', found }))
  expect(() => upcast(found, 1, {})).toThrow(expect.objectContaining({ name: 'UnknownEventType', found }))
})
