import type { Pool } from 'pg'
import type { ProjectionName } from '../../contract/documents.js'
import type { ProjectionProgress, ProjectionStatusBoard, ReportedProgress } from '../projectionStatus.js'
import { orUnavailable } from './translateErrors.js'

const REPORT = `
  INSERT INTO read.projection_status AS status (projection, lag_events, lag_seconds, quarantined_streams, reported_at)
  SELECT * FROM json_to_recordset($1::json) AS input(
    "projection" text, "lagEvents" bigint, "lagSeconds" double precision, "quarantinedStreams" int, "reportedAt" timestamptz)
  ON CONFLICT (projection) DO UPDATE SET
    lag_events = excluded.lag_events,
    lag_seconds = excluded.lag_seconds,
    quarantined_streams = excluded.quarantined_streams,
    reported_at = excluded.reported_at
  WHERE status.reported_at <= excluded.reported_at`

const READ = `
  SELECT projection, lag_events::float8 AS lag_events, lag_seconds, quarantined_streams, reported_at,
    extract(epoch FROM clock_timestamp() - reported_at)::float8 AS silent_seconds
  FROM read.projection_status ORDER BY projection`

interface StatusRow {
  readonly projection: ProjectionName
  readonly lag_events: number
  readonly lag_seconds: number
  readonly quarantined_streams: number
  readonly reported_at: Date
  readonly silent_seconds: number
}

/** One row a projection. A report older than the one on the board is passed over. */
export class PostgresProjectionStatusBoard implements ProjectionStatusBoard {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async report(statuses: readonly ProjectionProgress[]): Promise<void> {
    await orUnavailable(() => this.#pool.query(REPORT, [JSON.stringify(statuses)]))
  }

  async read(): Promise<readonly ReportedProgress[]> {
    const { rows } = await orUnavailable(() => this.#pool.query<StatusRow>(READ))
    return rows.map((row) => ({
      projection: row.projection,
      lagEvents: row.lag_events,
      lagSeconds: row.lag_seconds,
      quarantinedStreams: row.quarantined_streams,
      reportedAt: row.reported_at.toISOString(),
      silentSeconds: row.silent_seconds,
    }))
  }
}
