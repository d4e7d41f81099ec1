import { describe, expect, it } from 'vitest'
import {
  type DomainEvent,
  decodeEvent,
  encodeEvent,
  personalSubjectOf,
  UndecodableEvent,
} from '../../../src/contract/eventCodec.js'
import type { EventEnvelope, JsonObject } from '../../../src/contract/eventEnvelope.js'
import { START_OF_LOG } from '../../../src/contract/globalPosition.js'

const occurredAt = '2026-01-02T03:04:05.678Z'
const created: DomainEvent = {
  type: 'OrderCreated',
  data: {
    customerId: 'c1',
    items: [
      {
        sku: 's1',
        productName: 'Chair',
        unitPrice: { amountMinor: 9_007_199_254_740_991n, currency: 'USD' },
        quantity: 2,
      },
    ],
    shippingAddress: {
      personal: { line1: 'High Street 1', line2: null, city: 'York', postalCode: 'YO1' },
      region: null,
      country: 'GB',
    },
  },
  metadata: { occurredAt },
}

const seal = (personal: JsonObject) => Buffer.from(JSON.stringify(personal)).toString('base64url')
const open = (sealed: string) => JSON.parse(Buffer.from(sealed, 'base64url').toString()) as JsonObject

function envelopeOf(event: DomainEvent, change: Partial<EventEnvelope> = {}): EventEnvelope {
  return {
    ...encodeEvent(event, seal),
    eventId: 'e1',
    streamId: 'order-o1',
    streamCategory: 'order',
    streamVersion: 1,
    position: START_OF_LOG,
    recordedAt: occurredAt,
    metadata: { correlationId: 'x', causationId: 'x', actor: 'local', traceparent: 't', occurredAt },
    ...change,
  }
}

describe('the event codec', () => {
  it('gives back the event, amounts exact', () => {
    expect(decodeEvent(envelopeOf(created), open)).toEqual(created)
  })

  it('stores plain JSON in which nothing personal stands in clear', () => {
    const text = JSON.stringify(encodeEvent(created, seal))
    expect(text).not.toMatch(/High Street|York|YO1/)
    expect(text).toContain('"amountMinor":9007199254740991')
    expect(text).toContain('"country":"GB"')
  })

  it('decodes the personal part of a forgotten customer as null', () => {
    expect(decodeEvent(envelopeOf(created), () => null)).toMatchObject({
      data: { shippingAddress: { personal: null, country: 'GB' } },
    })
  })

  it('names whose key seals an event', () => {
    expect(personalSubjectOf(envelopeOf(created))).toBe('c1')
    const registered: DomainEvent = {
      type: 'CustomerRegistered',
      data: { contact: { name: 'Ada', email: 'a@b' } },
      metadata: { occurredAt },
    }
    expect(personalSubjectOf(envelopeOf(registered, { streamId: 'customer-c9', streamCategory: 'customer' }))).toBe(
      'c9',
    )
    expect(
      personalSubjectOf(envelopeOf({ type: 'OrderConfirmed', data: {}, metadata: { occurredAt } })),
    ).toBeUndefined()
  })

  it('refuses an unknown type, a newer schema, and data that is not what it should be', () => {
    expect(() => decodeEvent(envelopeOf(created, { type: 'OrderPainted' }), open)).toThrow(UndecodableEvent)
    expect(() => decodeEvent(envelopeOf(created, { schemaVersion: 99 }), open)).toThrow(/schema version 99/)
    expect(() => decodeEvent(envelopeOf(created, { data: {} }), open)).toThrow(UndecodableEvent)
  })
})
