import type { Pool } from 'pg'
import type { ProjectionName } from '../../contract/documents.js'
import type { NewlyParked, ParkedPlace, ParkedStream, ParkedStreams, ReleaseRequest } from '../parkedStreams.js'
import { CURRENT_SCHEMA, type ReadSchema } from './generationSchema.js'
import { orUnavailable } from './translateErrors.js'

const PARKED_COLUMNS =
  'projection, stream_id, failed_version, last_skipped, event_type, event_position, error, attempts, parked_at'
const COLUMNS = `${PARKED_COLUMNS}, request`

const IS_SAME_EVENT = 'excluded.failed_version = parked.failed_version'

/** isNewer: the condition under which the given event takes the place of the row's. */
function parkWhere(schema: ReadSchema, isNewer: string): string {
  const newerOf = (column: string) =>
    `${column} = CASE WHEN ${isNewer} THEN excluded.${column} ELSE parked.${column} END`
  return `
    INSERT INTO ${schema}.parked_streams AS parked (${PARKED_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (stream_id, projection) DO UPDATE SET
      ${['failed_version', 'event_type', 'event_position', 'error'].map(newerOf).join(', ')},
      last_skipped = greatest(parked.last_skipped, excluded.last_skipped),
      attempts = CASE WHEN ${IS_SAME_EVENT} THEN parked.attempts + excluded.attempts
                      WHEN ${isNewer} THEN excluded.attempts ELSE parked.attempts END,
      parked_at = CASE WHEN ${isNewer} AND NOT ${IS_SAME_EVENT} THEN excluded.parked_at ELSE parked.parked_at END`
}

const park = (schema: ReadSchema) => parkWhere(schema, 'excluded.failed_version <= parked.failed_version')
const parkAgain = (schema: ReadSchema) => parkWhere(schema, 'true')

const changeRequest = (schema: ReadSchema) => `
  UPDATE ${schema}.parked_streams SET request = $4::jsonb
  WHERE projection = $1 AND stream_id = $2 AND request IS NOT DISTINCT FROM $3::jsonb`

const raise = (schema: ReadSchema) => `
  UPDATE ${schema}.parked_streams SET last_skipped = $3
  WHERE projection = $1 AND stream_id = $2 AND last_skipped < $3`

const remove = (schema: ReadSchema) =>
  `DELETE FROM ${schema}.parked_streams WHERE projection = $1 AND stream_id = $2 AND last_skipped = $3`

interface ParkedRow {
  readonly projection: ProjectionName
  readonly stream_id: string
  readonly failed_version: number
  readonly last_skipped: number
  readonly event_type: string
  readonly event_position: string
  readonly error: string
  readonly attempts: number
  readonly parked_at: Date
  readonly request: ReleaseRequest | null
}

/** The quarantine as a table. Two projectors that park one stream at once leave the row of the earlier event. */
export class PostgresParkedStreams implements ParkedStreams {
  readonly #pool: Pool
  readonly #schema: ReadSchema

  constructor(pool: Pool, schema: ReadSchema = CURRENT_SCHEMA) {
    this.#pool = pool
    this.#schema = schema
  }

  park(stream: NewlyParked): Promise<void> {
    return this.#park(park(this.#schema), stream)
  }

  parkAgain(stream: NewlyParked): Promise<void> {
    return this.#park(parkAgain(this.#schema), stream)
  }

  async raiseLastSkipped(projection: ProjectionName, streamId: string, version: number): Promise<void> {
    await orUnavailable(() => this.#pool.query(raise(this.#schema), [projection, streamId, version]))
  }

  find(streamIds: readonly string[]): Promise<readonly ParkedStream[]> {
    return this.#read('WHERE stream_id = ANY ($1)', [streamIds])
  }

  list(): Promise<readonly ParkedStream[]> {
    return this.#read('', [])
  }

  async remove(projection: ProjectionName, streamId: string, lastSkipped: number): Promise<boolean> {
    const { rowCount } = await orUnavailable(() =>
      this.#pool.query(remove(this.#schema), [projection, streamId, lastSkipped]),
    )
    return rowCount === 1
  }

  async changeRequest(
    { projection, streamId }: ParkedPlace,
    expected: ReleaseRequest | null,
    next: ReleaseRequest | null,
  ): Promise<boolean> {
    const values = [projection, streamId, expected && JSON.stringify(expected), next && JSON.stringify(next)]
    const { rowCount } = await orUnavailable(() => this.#pool.query(changeRequest(this.#schema), values))
    return rowCount === 1
  }

  async #park(statement: string, stream: NewlyParked): Promise<void> {
    const { projection, streamId, failedVersion, lastSkipped, eventType, eventPosition, error, attempts, parkedAt } =
      stream
    const event = [failedVersion, lastSkipped, eventType, eventPosition, error, attempts, parkedAt]
    await orUnavailable(() => this.#pool.query(statement, [projection, streamId, ...event]))
  }

  async #read(condition: string, values: readonly unknown[]): Promise<readonly ParkedStream[]> {
    const statement = `SELECT ${COLUMNS} FROM ${this.#schema}.parked_streams ${condition} ORDER BY stream_id, projection`
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
    eventPosition: row.event_position,
    error: row.error,
    attempts: row.attempts,
    parkedAt: row.parked_at.toISOString(),
    request: row.request,
  }
}
