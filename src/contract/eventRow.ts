import type { EventEnvelope, EventMetadata, JsonObject } from './eventEnvelope.js'
import type { StreamCategory } from './streams.js'

/**
 * The log's table as both sides of it know it: the write side appends these rows, the bus on the log reads them.
 */

/** What every statement that reads events selects, of a table or subquery `e`. */
export const EVENT_COLUMNS = `
  e.era, e.transaction_id::text AS transaction_text, e.position::text AS position_text, e.stream_id, e.stream_category, e.stream_version,
  e.type, e.schema_version, e.data, e.recorded_at, e.metadata`

export interface EventRow {
  readonly era: number
  readonly transaction_text: string
  readonly position_text: string
  readonly stream_id: string
  readonly stream_category: StreamCategory
  readonly stream_version: number
  readonly type: string
  readonly schema_version: number
  readonly data: JsonObject
  readonly recorded_at: Date
  readonly metadata: StoredMetadata
}

export type StoredMetadata = EventMetadata & { readonly eventId: string; readonly fingerprint: string }

export function envelopeOf(row: EventRow): EventEnvelope {
  const { eventId, correlationId, causationId, actor, traceparent, occurredAt } = row.metadata
  return {
    eventId,
    type: row.type,
    schemaVersion: row.schema_version,
    streamId: row.stream_id,
    streamCategory: row.stream_category,
    streamVersion: row.stream_version,
    position: { era: row.era, transactionId: row.transaction_text, position: row.position_text },
    recordedAt: row.recorded_at.toISOString(),
    data: row.data,
    metadata: { correlationId, causationId, actor, traceparent, occurredAt },
  }
}
