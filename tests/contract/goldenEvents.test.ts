import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeEvent } from '../../src/contract/eventCodec.js'
import type { EventEnvelope, Json } from '../../src/contract/eventEnvelope.js'
import { PersonalDataCipher } from '../../src/contract/personalData.js'
import { EVENT_TYPES, schemaVersionOf } from '../../src/domain/upcast.js'
import { customer, fold, order, product, unfolded } from '../../src/write/aggregates.js'

/** One event as it was written once, and what it says. Never edited: what is in somebody's log can't be edited either. */
interface Golden {
  readonly envelope: EventEnvelope
  readonly wrappedKey: string
  /** Of today's shape, amounts as JSON numbers. */
  readonly decoded: Json
}

const FOLDER = new URL('golden/', import.meta.url)
const samples = new Map(
  readdirSync(FOLDER).map((name) => [
    name.replace('.json', ''),
    JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Golden,
  ]),
)

function sample(name: string): Golden {
  const found = samples.get(name)
  if (!found) throw new Error(`There is no golden sample ${name}.`)
  return found
}

const stream = (...names: string[]) => names.map((name) => sample(name).envelope)

describe('INV-24 UPGRADE: every event version ever written still folds', () => {
  it('has a sample of every version of every type', () => {
    const versions = EVENT_TYPES.flatMap((type) =>
      Array.from({ length: schemaVersionOf(type) }, (_, index) => `${type}.v${index + 1}`),
    )
    expect([...samples.keys()].toSorted()).toEqual(versions.toSorted())
  })

  it.each([...samples])('%s decodes to what it said', (name, { envelope, wrappedKey, decoded }) => {
    expect(`${envelope.type}.v${envelope.schemaVersion}`).toBe(name)
    const cipher = new PersonalDataCipher(['master key of the golden samples'])
    const event = decodeEvent(envelope, (sealed) => cipher.open(cipher.unwrap(wrappedKey), envelope.eventId, sealed))
    expect(
      JSON.parse(JSON.stringify(event.data, (_, value) => (typeof value === 'bigint' ? Number(value) : value))),
    ).toEqual(decoded)
  })

  it('folds them, also without the keys', () => {
    const way = ['OrderCreated.v1', 'OrderItemAdded.v1', 'PaymentProcessed.v1', 'OrderConfirmed.v1', 'OrderShipped.v1']
    expect(fold(order, unfolded(order), stream(...way, 'OrderDelivered.v1'))).toMatchObject({
      version: 6,
      state: { status: 'DELIVERED', total: { amountMinor: 2985n }, paid: { amountMinor: 1000n } },
    })
    expect(fold(order, unfolded(order), stream(...way, 'OrderCancelled.v1')).state.status).toBe('CANCELLED')
    expect(
      fold(
        customer,
        unfolded(customer),
        stream('CustomerRegistered.v1', 'CustomerContactChanged.v1', 'CustomerForgotten.v1'),
      ).state,
    ).toEqual({ status: 'FORGOTTEN' })
    expect(
      fold(product, unfolded(product), stream('ProductAdded.v1', 'ProductPriceChanged.v1', 'InventoryUpdated.v1'))
        .state,
    ).toMatchObject({
      unitPrice: { amountMinor: 1095n },
      onHand: 3,
    })
  })
})
