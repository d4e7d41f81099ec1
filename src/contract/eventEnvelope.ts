import type { GlobalPosition } from './globalPosition.js'
import type { StreamCategory } from './streams.js'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/**
 * An event as the log keeps it and the bus carries it: JSON, personal fields still encrypted, in the shape of the schema version it was
 * written with. `decodeEvent` makes a domain event of today's shape from it.
 */
export interface EventEnvelope {
  /** UUID, version 7. */
  readonly eventId: string
  readonly type: string
  readonly schemaVersion: number
  readonly streamId: string
  readonly streamCategory: StreamCategory
  /** From 1, without a hole. */
  readonly streamVersion: number
  readonly position: GlobalPosition
  /** The database's clock at the append, RFC 3339. Lag and time to visible use this one alone. */
  readonly recordedAt: string
  readonly data: JsonObject
  readonly metadata: EventMetadata
}

export interface EventMetadata {
  readonly correlationId: string
  readonly causationId: string
  /** The principal that the command came from. */
  readonly actor: string
  /** W3C Trace Context of the command: the creation context of everything that follows from it. */
  readonly traceparent: string
  /** When it happened in the business's eyes, RFC 3339; an import says the date of its data. */
  readonly occurredAt: string
}
