import type { Pool } from 'pg'
import type { EventEnvelope } from '../../contract/eventEnvelope.js'
import { EVENT_COLUMNS, type EventRow, envelopeOf } from '../../contract/eventRow.js'
import type { GlobalPosition } from '../../contract/globalPosition.js'

/**
 * The order of the log is (era, transaction id, position), read strictly below the oldest transaction that still runs.
 *
 * `position > last` alone loses events for good: positions are drawn before commit, so a later one may be visible first. The price of the
 * horizon is that the longest transaction of the whole cluster, also one in another database, delays everyone.
 *
 * The horizon is written as a row comparison, so that it bounds the index scan instead of filtering row by row, and so that rows of older
 * eras (written before a dump and restore, with transaction ids of another server) have none.
 * The text columns have names of their own: `ORDER BY transaction_id` would sort an output column of that name as text, "10" before "9".
 */
export const BEHIND_POSITION = '(e.era, e.transaction_id, e.position) > ($1::int, $2::xid8, $3::bigint)'
export const BELOW_HORIZON =
  '(e.era, e.transaction_id) < ((SELECT i.era FROM installation i), pg_snapshot_xmin(pg_current_snapshot()))'
export const LOG_ORDER = 'e.era, e.transaction_id, e.position'

/** One page of the log, in the given columns. Values: `positionValues` and the limit. */
export function pageOf(columns: string): string {
  return `
    SELECT ${columns}
    FROM events e
    WHERE ${BEHIND_POSITION} AND ${BELOW_HORIZON}
    ORDER BY ${LOG_ORDER}
    LIMIT $4`
}

const READ_PAGE = pageOf(EVENT_COLUMNS)

const HAS_MORE = `SELECT EXISTS (SELECT 1 FROM events e WHERE ${BEHIND_POSITION}) AS more`

/** The next events behind `after`, at most `limit`, oldest first. Throws pg's errors. */
export async function readPage(pool: Pool, after: GlobalPosition, limit: number): Promise<readonly EventEnvelope[]> {
  const { rows } = await pool.query<EventRow>({
    name: 'read-log-page',
    text: READ_PAGE,
    values: [...positionValues(after), limit],
  })
  return rows.map(envelopeOf)
}

/** Whether there are committed events behind `after` that the horizon still hides. */
export async function hasHiddenEvents(pool: Pool, after: GlobalPosition): Promise<boolean> {
  const { rows } = await pool.query<{ more: boolean }>({
    name: 'log-has-more',
    text: HAS_MORE,
    values: positionValues(after),
  })
  return rows[0]?.more ?? false
}

export function positionValues({ era, transactionId, position }: GlobalPosition): [number, string, string] {
  return [era, transactionId, position]
}
