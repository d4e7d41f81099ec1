import type { CustomerEvent } from './customer/events.js'
import type { OrderEvent } from './order/events.js'
import type { ProductEvent } from './product/events.js'

export type EventType = (OrderEvent | CustomerEvent | ProductEvent)['type']

/** An event's data as it is stored: JSON, personal fields sealed. */
export type StoredData = { readonly [field: string]: StoredValue }
export type StoredValue = null | boolean | number | string | readonly StoredValue[] | StoredData

/** Brings stored data of one schema version to the next. Pure; must not look into sealed fields, whose key may be gone. */
export type Upcaster = (data: StoredData) => StoredData

/** By event type: element n brings schema version n + 1 to n + 2, so the number of upcasters is today's schema version less one. */
export type Upcasters = { readonly [Type in EventType]: readonly Upcaster[] }

/**
 * Events are never rewritten: a new shape adds its upcaster at the END of its type's list, and a golden sample of the old shape stays in tests/.
 */
const UPCASTERS: Upcasters = {
  OrderCreated: [],
  OrderItemAdded: [],
  PaymentProcessed: [],
  OrderConfirmed: [],
  OrderShipped: [],
  OrderDelivered: [],
  OrderCancelled: [],
  CustomerRegistered: [],
  CustomerContactChanged: [],
  CustomerForgotten: [],
  ProductAdded: [],
  ProductPriceChanged: [],
  InventoryUpdated: [],
}

/** Every event type there is. */
export const EVENT_TYPES = Object.keys(UPCASTERS) as readonly EventType[]

/** No event of ours is called so: a newer release wrote it, or somebody else did. */
export class UnknownEventType extends Error {
  override readonly name = 'UnknownEventType'

  constructor(readonly found: string) {
    super(
      `Expected the type of an event of this release, found "${found}": run the release that wrote it, or a newer one.`,
    )
  }
}

/** This release knows the type, but not at that schema version: a newer one wrote it, or it is no version at all. */
export class UnknownSchemaVersion extends Error {
  override readonly name = 'UnknownSchemaVersion'

  constructor(
    readonly eventType: string,
    readonly expected: number,
    readonly found: number,
  ) {
    super(
      `Expected ${eventType} at a schema version from 1 to ${expected}, found ${found}: run the release that wrote it.`,
    )
  }
}

/** The schema version that events of this type are written with today, from 1. Throws UnknownEventType. */
export function schemaVersionOf(type: string, upcasters: Upcasters = UPCASTERS): number {
  return upcastersOf(type, upcasters).length + 1
}

/** Stored data in today's shape, whatever version it was written with. Throws UnknownEventType and UnknownSchemaVersion. */
export function upcast(
  type: string,
  schemaVersion: number,
  data: StoredData,
  upcasters: Upcasters = UPCASTERS,
): StoredData {
  const chain = upcastersOf(type, upcasters)
  const current = chain.length + 1
  if (!Number.isInteger(schemaVersion) || schemaVersion < 1 || schemaVersion > current) {
    throw new UnknownSchemaVersion(type, current, schemaVersion)
  }
  return chain.slice(schemaVersion - 1).reduce((shape, toNext) => toNext(shape), data)
}

function upcastersOf(type: string, upcasters: Upcasters): readonly Upcaster[] {
  // Own fields alone: a type read from the log may be any text, "constructor" too.
  if (!Object.hasOwn(upcasters, type)) throw new UnknownEventType(type)
  return upcasters[type as EventType]
}
