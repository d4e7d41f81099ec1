import type { CustomerEvent } from '../domain/customer/events.js'
import type { OrderEvent } from '../domain/order/events.js'
import type { ProductEvent } from '../domain/product/events.js'
import { schemaVersionOf, upcast } from '../domain/upcast.js'
import type { EventEnvelope, Json, JsonObject } from './eventEnvelope.js'
import { parseStreamId } from './streams.js'

export type DomainEvent = OrderEvent | CustomerEvent | ProductEvent

/** An event that this release can't read: an unknown type, a newer schema, or broken data. Never retriable. */
export class UndecodableEvent extends Error {
  override readonly name = 'UndecodableEvent'
}

/** Where each type keeps its personal fields: the path of the object's property that is stored as one sealed text. */
const PERSONAL_FIELDS: { readonly [Type in DomainEvent['type']]?: readonly [string] | readonly [string, string] } = {
  OrderCreated: ['shippingAddress', 'personal'],
  CustomerRegistered: ['contact'],
  CustomerContactChanged: ['contact'],
}

/**
 * The stored form of an event: amounts as `{ amountMinor: <integer>, currency }`, personal fields as one text that `seal` made.
 * */
export function encodeEvent(
  event: DomainEvent,
  seal: (personal: JsonObject) => string,
): { readonly type: string; readonly schemaVersion: number; readonly data: JsonObject } {
  const data = toJson(event.data) as JsonObject
  const path = PERSONAL_FIELDS[event.type]
  return {
    type: event.type,
    schemaVersion: schemaVersionOf(event.type),
    data: path ? replaceAt(data, path, (personal) => (personal === null ? null : seal(personal as JsonObject))) : data,
  }
}

/**
 * A domain event of today's shape. `open` is given each sealed text and answers null where the key is gone: the customer was forgotten.
 * Throws UndecodableEvent.
 */
export function decodeEvent(envelope: EventEnvelope, open: (sealed: string) => JsonObject | null): DomainEvent {
  const current = currentSchemaVersion(envelope)
  if (envelope.schemaVersion > current) {
    throw new UndecodableEvent(
      `${describe(envelope)} has schema version ${envelope.schemaVersion}; this release reads up to ${current}. Deploy consumers before producers.`,
    )
  }
  try {
    const data = upcast(envelope.type, envelope.schemaVersion, envelope.data) as JsonObject
    const path = PERSONAL_FIELDS[envelope.type as DomainEvent['type']]
    const opened = path ? replaceAt(data, path, (sealed) => (typeof sealed === 'string' ? open(sealed) : null)) : data
    return {
      type: envelope.type,
      data: fromJson(opened),
      metadata: { occurredAt: envelope.metadata.occurredAt },
    } as DomainEvent
  } catch (cause) {
    throw new UndecodableEvent(
      `${describe(envelope)} can't be read: its data is not what schema version ${envelope.schemaVersion} says.`,
      { cause },
    )
  }
}

/** The customer whose key seals the event's personal fields; undefined where the event holds none. */
export function personalSubjectOf(envelope: EventEnvelope): string | undefined {
  if (!PERSONAL_FIELDS[envelope.type as DomainEvent['type']]) return undefined
  const { category, id } = parseStreamId(envelope.streamId)
  if (category === 'customer') return id
  const { customerId } = envelope.data
  return typeof customerId === 'string' ? customerId : undefined
}

function currentSchemaVersion(envelope: EventEnvelope): number {
  try {
    return schemaVersionOf(envelope.type as DomainEvent['type'])
  } catch (cause) {
    throw new UndecodableEvent(
      `${describe(envelope)} is of a type that this release does not know. Deploy consumers before producers.`,
      { cause },
    )
  }
}

function describe(envelope: EventEnvelope): string {
  return `Event ${envelope.type} (${envelope.streamId}, version ${envelope.streamVersion})`
}

function replaceAt(data: JsonObject, path: readonly string[], replace: (value: Json) => Json): JsonObject {
  const [head = '', ...rest] = path
  const value = data[head]
  if (value === undefined) throw new TypeError(`expected the field "${head}", found none`)
  if (rest.length === 0) return { ...data, [head]: replace(value) }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new TypeError(`expected an object in "${head}"`)
  return { ...data, [head]: replaceAt(value as JsonObject, rest, replace) }
}

/** bigint occurs in amounts alone, and those are bounded by MAX_AMOUNT_MINOR, which a JSON number holds exactly. */
function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(toJson)
  if (value === null || typeof value !== 'object') return value as Json
  // A loop: every appended event passes here, and a list of entries for each object costs three times as much.
  const json: Record<string, Json> = {}
  for (const [key, each] of Object.entries(value)) if (each !== undefined) json[key] = toJson(each)
  return json
}

function fromJson(value: Json): unknown {
  if (Array.isArray(value)) return value.map(fromJson)
  if (value === null || typeof value !== 'object') return value
  const fields: Record<string, unknown> = {}
  for (const [key, each] of Object.entries(value as JsonObject)) {
    fields[key] = key === 'amountMinor' ? BigInt(each as number) : fromJson(each)
  }
  return fields
}
