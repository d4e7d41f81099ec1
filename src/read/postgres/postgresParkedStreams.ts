import type { Pool } from 'pg'
import type { ProjectionName } from '../../contract/documents.js'
import type { ParkedStream, ParkedStreams } from '../parkedStreams.js'
import { orUnavailable } from './translateErrors.js'

const COLUMNS = 'projection, stream_id, failed_version, last_skipped, event_type, error, attempts, parked_at'

const PARK = `
  INSERT INTO read.parked_streams AS parked (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (stream_id, projection) DO UPDATE SET
    failed_version = least(parked.failed_version, excluded.failed_version),
    last_skipped = greatest(parked.last_skipped, excluded.last_skipped),
    event_type = CASE WHEN excluded.failed_version <= parked.failed_version THEN excluded.event_type ELSE parked.event_type END,
    error = CASE WHEN excluded.failed_version <= parked.failed_version THEN excluded.error ELSE parked.error END,
    attempts = excluded.attempts,
    parked_at = excluded.parked_at`

const RAISE = `
  UPDATE read.parked_streams SET last_skipped = $3
  WHERE projection = $1 AND stream_id = $2 AND last_skipped < $3`

const REMOVE = 'DELETE FROM read.parked_streams WHERE projection = $1 AND stream_id = $2 AND last_skipped = $3'

interface ParkedRow {
  readonly projection: ProjectionName
  readonly stream_id: string
  readonly failed_version: number
  readonly last_skipped: number
  readonly event_type: string
  readonly error: string
  readonly attempts: number
  readonly parked_at: Date
}

/** The quarantine as a table. Two projectors that park one stream at once leave the row of the earlier event. */
export class PostgresParkedStreams implements ParkedStreams {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async park(stream: ParkedStream): Promise<void> {
    const { projection, streamId, failedVersion, lastSkipped, eventType, error, attempts, parkedAt } = stream
    const values = [projection, streamId, failedVersion, lastSkipped, eventType, error, attempts, parkedAt]
    await orUnavailable(() => this.#pool.query(PARK, values))
  }

  async raiseLastSkipped(projection: ProjectionName, streamId: string, version: number): Promise<void> {
    await orUnavailable(() => this.#pool.query(RAISE, [projection, streamId, version]))
  }

  find(streamIds: readonly string[]): Promise<readonly ParkedStream[]> {
    return this.#read('WHERE stream_id = ANY ($1)', [streamIds])
  }

  list(): Promise<readonly ParkedStream[]> {
    return this.#read('', [])
  }

  async remove(projection: ProjectionName, streamId: string, lastSkipped: number): Promise<boolean> {
    const { rowCount } = await orUnavailable(() => this.#pool.query(REMOVE, [projection, streamId, lastSkipped]))
    return rowCount === 1
  }

  async #read(condition: string, values: readonly unknown[]): Promise<readonly ParkedStream[]> {
    const statement = `SELECT ${COLUMNS} FROM read.parked_streams ${condition} ORDER BY stream_id, projection`
    const { rows } = await orUnavailable(() => this.#pool.query<ParkedRow>(statement, [...values]))
    return rows.map(parkedStreamOf)
  }
}

function parkedStreamOf(row: ParkedRow): ParkedStream {
  return {
    projection: row.projection,
    streamId: row.stream_id,
    failedVersion: row.failed_version,
    lastSkipped: row.last_skipped,
    eventType: row.event_type,
    error: row.error,
    attempts: row.attempts,
    parkedAt: row.parked_at.toISOString(),
  }
}
