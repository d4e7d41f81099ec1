import type { Pool } from 'pg'
import type { EventEnvelope } from '../../contract/eventEnvelope.js'
import { EVENT_COLUMNS, type EventRow, envelopeOf } from '../../contract/eventRow.js'
import type { LogScan, StreamPlace } from '../logScan.js'
import { orUnavailable } from './translateErrors.js'

/** Along the unique index, in whatever order the database has for texts: `customer-` comes before `order-`, and that before `product-`, in each. */
const EVENTS_BEHIND = `
  SELECT ${EVENT_COLUMNS} FROM events e
  WHERE (e.stream_id, e.stream_version) > ($1::text, $2::int)
  ORDER BY e.stream_id, e.stream_version
  LIMIT $3`

const EVENTS_OF = `
  SELECT ${EVENT_COLUMNS} FROM events e
  WHERE e.stream_id = ANY ($1::text[])
  ORDER BY e.stream_id, e.stream_version`

const HEADS = `
  SELECT s.stream_id, e.stream_version FROM unnest($1::text[]) AS s(stream_id)
  CROSS JOIN LATERAL (
    SELECT e.stream_version FROM events e WHERE e.stream_id = s.stream_id ORDER BY e.stream_version DESC LIMIT 1
  ) e`

export class PostgresLogScan implements LogScan {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async eventsBehind({ streamId, streamVersion }: StreamPlace, limit: number): Promise<readonly EventEnvelope[]> {
    return this.#events('scan-log', EVENTS_BEHIND, [streamId, streamVersion, limit])
  }

  async eventsOf(streamIds: readonly string[]): Promise<readonly EventEnvelope[]> {
    return streamIds.length === 0 ? [] : this.#events('scan-streams', EVENTS_OF, [streamIds])
  }

  async heads(streamIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await orUnavailable(() =>
      this.#pool.query<{ stream_id: string; stream_version: number }>({
        name: 'stream-heads',
        text: HEADS,
        values: [[...new Set(streamIds)]],
      }),
    )
    return new Map(rows.map((row) => [row.stream_id, row.stream_version]))
  }

  async #events(name: string, text: string, values: readonly unknown[]): Promise<readonly EventEnvelope[]> {
    const { rows } = await orUnavailable(() => this.#pool.query<EventRow>({ name, text, values: [...values] }))
    return rows.map(envelopeOf)
  }
}
