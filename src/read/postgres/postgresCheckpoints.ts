import type { Pool } from 'pg'
import { type GlobalPosition, START_OF_LOG } from '../../contract/globalPosition.js'
import { orUnavailable } from './translateErrors.js'

const LOAD = `
  SELECT era, transaction_id::text AS transaction_text, position::text AS position_text
  FROM read.checkpoints WHERE consumer_group = $1`

/** Forward only. A group that never saved stands at the start of the log and has no row, so the first save makes it; at most one of the two writes. */
const SAVE = `
  WITH moved AS (
    UPDATE read.checkpoints SET era = $5::int, transaction_id = $6::xid8, position = $7::bigint
    WHERE consumer_group = $1 AND (era, transaction_id, position) = ($2::int, $3::xid8, $4::bigint)
      AND ($2::int, $3::xid8, $4::bigint) < ($5::int, $6::xid8, $7::bigint)
    RETURNING 1
  ), made AS (
    INSERT INTO read.checkpoints (consumer_group, era, transaction_id, position)
    SELECT $1, $5::int, $6::xid8, $7::bigint
    WHERE $8 AND ($2::int, $3::xid8, $4::bigint) < ($5::int, $6::xid8, $7::bigint)
    ON CONFLICT (consumer_group) DO NOTHING
    RETURNING 1
  )
  SELECT EXISTS (SELECT FROM moved UNION ALL SELECT FROM made) AS saved`

interface CheckpointRow {
  readonly era: number
  readonly transaction_text: string
  readonly position_text: string
}

/** How far each consumer group has come: beside the documents, so that neither is ever ahead of the other's database. */
export class PostgresCheckpoints {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** START_OF_LOG for a group that never saved. Throws StoreUnavailable. */
  async load(group: string): Promise<GlobalPosition> {
    const { rows } = await orUnavailable(() => this.#pool.query<CheckpointRow>(LOAD, [group]))
    const [row] = rows
    return row ? { era: row.era, transactionId: row.transaction_text, position: row.position_text } : START_OF_LOG
  }

  /** Durably moves the checkpoint from `from` to `to`; false when it does not stand at `from`. Throws StoreUnavailable. */
  async save(group: string, from: GlobalPosition, to: GlobalPosition): Promise<boolean> {
    const isFirst = valuesOf(from).join() === valuesOf(START_OF_LOG).join()
    const { rows } = await orUnavailable(() =>
      this.#pool.query<{ saved: boolean }>(SAVE, [group, ...valuesOf(from), ...valuesOf(to), isFirst]),
    )
    return rows[0]?.saved ?? false
  }
}

function valuesOf({ era, transactionId, position }: GlobalPosition): [number, string, string] {
  return [era, transactionId, position]
}
