import type { Pool } from 'pg'
import { type GlobalPosition, START_OF_LOG } from '../../contract/globalPosition.js'
import type { CheckpointStore } from '../checkpointStore.js'
import { orUnavailable } from './translateErrors.js'

const LOAD = `
  SELECT era, transaction_id::text AS transaction_text, position::text AS position_text
  FROM bus.checkpoints WHERE consumer_group = $1`

/** Forward only. A group that never saved stands at the start of the log and has no row, so the first save makes it; at most one of the two writes. */
const SAVE = `
  WITH moved AS (
    UPDATE bus.checkpoints SET era = $5::int, transaction_id = $6::xid8, position = $7::bigint
    WHERE consumer_group = $1 AND (era, transaction_id, position) = ($2::int, $3::xid8, $4::bigint)
      AND ($2::int, $3::xid8, $4::bigint) < ($5::int, $6::xid8, $7::bigint)
    RETURNING 1
  ), made AS (
    INSERT INTO bus.checkpoints (consumer_group, era, transaction_id, position)
    SELECT $1, $5::int, $6::xid8, $7::bigint
    WHERE $8 AND ($2::int, $3::xid8, $4::bigint) < ($5::int, $6::xid8, $7::bigint)
    ON CONFLICT (consumer_group) DO NOTHING
    RETURNING 1
  )
  SELECT EXISTS (SELECT FROM moved UNION ALL SELECT FROM made) AS saved`

const COPY = `
  WITH model AS (SELECT era, transaction_id, position FROM bus.checkpoints WHERE consumer_group = $1),
  cleared AS (DELETE FROM bus.checkpoints WHERE consumer_group = $2 AND NOT EXISTS (SELECT FROM model))
  INSERT INTO bus.checkpoints (consumer_group, era, transaction_id, position)
  SELECT $2, era, transaction_id, position FROM model
  ON CONFLICT (consumer_group) DO UPDATE
    SET era = EXCLUDED.era, transaction_id = EXCLUDED.transaction_id, position = EXCLUDED.position`

interface CheckpointRow {
  readonly era: number
  readonly transaction_text: string
  readonly position_text: string
}

export class PostgresCheckpoints implements CheckpointStore {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async load(group: string): Promise<GlobalPosition> {
    const { rows } = await orUnavailable(() => this.#pool.query<CheckpointRow>(LOAD, [group]))
    const [row] = rows
    return row ? { era: row.era, transactionId: row.transaction_text, position: row.position_text } : START_OF_LOG
  }

  async save(group: string, from: GlobalPosition, to: GlobalPosition): Promise<boolean> {
    const isFirst = valuesOf(from).join() === valuesOf(START_OF_LOG).join()
    const { rows } = await orUnavailable(() =>
      this.#pool.query<{ saved: boolean }>(SAVE, [group, ...valuesOf(from), ...valuesOf(to), isFirst]),
    )
    return rows[0]?.saved ?? false
  }

  async copy(model: string, group: string): Promise<void> {
    await orUnavailable(() => this.#pool.query(COPY, [model, group]))
  }

  async forget(group: string): Promise<void> {
    await orUnavailable(() => this.#pool.query('DELETE FROM bus.checkpoints WHERE consumer_group = $1', [group]))
  }
}

function valuesOf({ era, transactionId, position }: GlobalPosition): [number, string, string] {
  return [era, transactionId, position]
}
