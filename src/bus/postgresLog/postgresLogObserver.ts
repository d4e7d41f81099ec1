import type { Pool } from 'pg'
import { type GlobalPosition, START_OF_LOG } from '../../contract/globalPosition.js'
import type { StreamCategory } from '../../contract/streams.js'
import { type LogLag, type LogObserver, MAX_COUNTED_LAG, type SettledHeads, type WaitingEvent } from '../logObserver.js'
import { BEHIND_POSITION, BELOW_HORIZON, LOG_ORDER, positionValues } from './readPage.js'
import { orUnavailable } from './translateErrors.js'

const LAG = `
  SELECT (SELECT count(*)::int FROM (SELECT 1 FROM events e WHERE ${BEHIND_POSITION} LIMIT ${MAX_COUNTED_LAG}) behind) AS events,
         (SELECT e.recorded_at FROM events e WHERE ${BEHIND_POSITION} ORDER BY ${LOG_ORDER} LIMIT 1) AS oldest,
         clock_timestamp() AS as_of`

const WAITING = `
  SELECT e.stream_id, e.stream_category,
         greatest(0, extract(epoch FROM clock_timestamp() - e.recorded_at))::float8 AS age_seconds
  FROM events e
  WHERE ${BEHIND_POSITION}
  ORDER BY ${LOG_ORDER}
  LIMIT $4`

const SETTLED_HEADS = `
  SELECT e.era, e.transaction_id::text AS transaction_text, e.position::text AS position_text, e.stream_id, e.stream_version,
         e.recorded_at < clock_timestamp() - $5 * interval '1 millisecond' AS settled
  FROM events e
  WHERE ${BEHIND_POSITION} AND ${BELOW_HORIZON}
  ORDER BY ${LOG_ORDER}
  LIMIT $4`

/** The order of the log is not quite that of the clock: it is told apart by no more than a transaction of a writer takes, and those end within this. */
const CLOCK_SLACK_SECONDS = 60

/** A log of millions is not counted for a progress bar: PostgreSQL has its estimate, -1 as long as it has none. */
const EVENT_COUNT = `
  SELECT CASE WHEN reltuples < 0 THEN (SELECT count(*) FROM events) ELSE reltuples END::bigint::text AS events
  FROM pg_class WHERE oid = 'events'::regclass`

const PLACE_BEFORE = `
  SELECT e.era, e.transaction_id::text AS transaction_text, e.position::text AS position_text
  FROM events e
  WHERE e.recorded_at < clock_timestamp() - $1 * interval '1 second'
  ORDER BY e.era DESC, e.transaction_id DESC, e.position DESC
  LIMIT 1`

/**
 * Of other users' transactions a user without pg_read_all_stats sees nothing, and prepared ones belong to no session; but what either of them
 * hides is seen.
 */
const HORIZON_AGE = `
  SELECT greatest(0, coalesce(extract(epoch FROM clock_timestamp() - least(
    (SELECT min(a.xact_start) FROM pg_stat_activity a WHERE a.backend_xid IS NOT NULL),
    (SELECT min(p.prepared) FROM pg_prepared_xacts p),
    (SELECT e.recorded_at FROM events e WHERE NOT ${BELOW_HORIZON} ORDER BY ${LOG_ORDER} LIMIT 1)
  )), 0))::float8 AS seconds`

export class PostgresLogObserver implements LogObserver {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async lagBehind(position: GlobalPosition): Promise<LogLag> {
    const { rows } = await orUnavailable(() =>
      this.#pool.query<{ events: number; oldest: Date | null; as_of: Date }>({
        name: 'log-lag',
        text: LAG,
        values: positionValues(position),
      }),
    )
    const [row] = rows
    if (!row) throw new Error('Expected one row of lag, found none.')
    return {
      events: row.events,
      seconds: row.oldest ? Math.max(0, row.as_of.getTime() - row.oldest.getTime()) / 1000 : 0,
      asOf: row.as_of.toISOString(),
    }
  }

  async waiting(position: GlobalPosition, limit: number): Promise<readonly WaitingEvent[]> {
    const { rows } = await orUnavailable(() =>
      this.#pool.query<{ stream_id: string; stream_category: StreamCategory; age_seconds: number }>({
        name: 'log-waiting',
        text: WAITING,
        values: [...positionValues(position), limit],
      }),
    )
    return rows.map((row) => ({
      streamId: row.stream_id,
      streamCategory: row.stream_category,
      ageSeconds: row.age_seconds,
    }))
  }

  async settledHeads(after: GlobalPosition, limit: number, minAgeMs: number): Promise<SettledHeads> {
    const { rows } = await orUnavailable(() =>
      this.#pool.query<HeadRow>({
        name: 'log-settled-heads',
        text: SETTLED_HEADS,
        values: [...positionValues(after), limit, minAgeMs],
      }),
    )
    // Cut at the first young one instead of leaving young ones out: the order of the log is not that of the clock, and what is passed over
    // here is never looked at again.
    const firstYoung = rows.findIndex((row) => !row.settled)
    const settled = firstYoung === -1 ? rows : rows.slice(0, firstYoung)
    const last = settled.at(-1)
    return {
      heads: new Map(settled.map((row) => [row.stream_id, row.stream_version])),
      end: last ? placeOf(last) : after,
    }
  }

  async placeBefore(seconds: number): Promise<GlobalPosition> {
    const { rows } = await orUnavailable(() =>
      this.#pool.query<PlaceRow>({
        name: 'log-place-before',
        text: PLACE_BEFORE,
        values: [seconds + CLOCK_SLACK_SECONDS],
      }),
    )
    return rows[0] ? placeOf(rows[0]) : START_OF_LOG
  }

  async eventCount(): Promise<number> {
    const { rows } = await orUnavailable(() => this.#pool.query<{ events: string }>(EVENT_COUNT))
    return Number(rows[0]?.events ?? 0)
  }

  async horizonAge(): Promise<number> {
    const { rows } = await orUnavailable(() =>
      this.#pool.query<{ seconds: number }>({ name: 'log-horizon-age', text: HORIZON_AGE }),
    )
    return rows[0]?.seconds ?? 0
  }
}

function placeOf(row: PlaceRow): GlobalPosition {
  return { era: row.era, transactionId: row.transaction_text, position: row.position_text }
}

interface PlaceRow {
  readonly era: number
  readonly transaction_text: string
  readonly position_text: string
}

interface HeadRow extends PlaceRow {
  readonly stream_id: string
  readonly stream_version: number
  readonly settled: boolean
}
