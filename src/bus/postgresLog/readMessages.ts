import type { Pool } from 'pg'
import type { GlobalPosition } from '../../contract/globalPosition.js'
import type { StreamCategory } from '../../contract/streams.js'
import type { EventMessage } from '../eventPublisher.js'
import { pageOf, positionValues } from './readPage.js'

/**
 * The envelope is written by PostgreSQL: parsing the event here only to write it as JSON again is half of what a relay would do.
 * Field by field what `envelopeOf` makes of the row.
 */
const ENVELOPE = `
  json_build_object(
    'eventId', e.metadata->>'eventId',
    'type', e.type,
    'schemaVersion', e.schema_version,
    'streamId', e.stream_id,
    'streamCategory', e.stream_category,
    'streamVersion', e.stream_version,
    'position', json_build_object('era', e.era, 'transactionId', e.transaction_id::text, 'position', e.position::text),
    'recordedAt', to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'data', e.data,
    'metadata', e.metadata - '{eventId,fingerprint}'::text[]
  )::text`

const READ_MESSAGES = pageOf(`
  e.metadata->>'eventId' AS event_id, e.type, e.schema_version, e.stream_id, e.stream_category, e.stream_version,
  e.era, e.transaction_id::text AS transaction_text, e.position::text AS position_text,
  e.metadata->>'traceparent' AS traceparent, ${ENVELOPE} AS envelope`)

interface MessageRow {
  readonly event_id: string
  readonly type: string
  readonly schema_version: number
  readonly stream_id: string
  readonly stream_category: StreamCategory
  readonly stream_version: number
  readonly era: number
  readonly transaction_text: string
  readonly position_text: string
  readonly traceparent: string
  readonly envelope: string
}

/** The next events behind `after`, at most `limit`, oldest first, ready to be carried. Throws pg's errors. */
export async function readMessages(pool: Pool, after: GlobalPosition, limit: number): Promise<readonly EventMessage[]> {
  const { rows } = await pool.query<MessageRow>({
    name: 'read-log-messages',
    text: READ_MESSAGES,
    values: [...positionValues(after), limit],
  })
  return rows.map((row) => ({
    eventId: row.event_id,
    type: row.type,
    schemaVersion: row.schema_version,
    streamId: row.stream_id,
    streamCategory: row.stream_category,
    streamVersion: row.stream_version,
    position: { era: row.era, transactionId: row.transaction_text, position: row.position_text },
    traceparent: row.traceparent,
    envelope: row.envelope,
  }))
}
