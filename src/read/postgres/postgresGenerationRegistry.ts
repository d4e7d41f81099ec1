import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type {
  FillProgress,
  Generation,
  GenerationChange,
  GenerationRegistry,
  GenerationState,
  StillAlone,
} from '../generationRegistry.js'
import { openPool } from './pools.js'
import { RebuildLock } from './rebuildLock.js'
import { inTransaction } from './transaction.js'
import { orUnavailable } from './translateErrors.js'

const MIGRATION_LOCK = 'order-gateway/generations'

/**
 * A table of its own beside the checkpoints, whichever store has the documents: it shares its fate with the log. One table needs no numbered
 * migrations. A generation's number is never given twice, so the rows of those that are gone stay.
 */
const MIGRATE = `
  DO $$
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('${MIGRATION_LOCK}', 0));
    CREATE SCHEMA IF NOT EXISTS projector;
    CREATE TABLE IF NOT EXISTS projector.generations (
      generation integer PRIMARY KEY,
      state      text NOT NULL CHECK (state IN ('filling', 'following', 'arriving', 'live', 'leaving', 'kept', 'gone')),
      fill       jsonb,
      since      timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    INSERT INTO projector.generations (generation, state)
    SELECT 1, 'live' WHERE NOT EXISTS (SELECT FROM projector.generations);
  END
  $$`

export interface OpenedGenerationRegistry extends GenerationRegistry {
  close(): Promise<void>
}

/** Throws StoreUnavailable, PostgresFault. */
export async function openPostgresGenerationRegistry(options: {
  readonly databaseUrl: string
  readonly logger: Logger
}): Promise<OpenedGenerationRegistry> {
  const pool = openPool(options.databaseUrl, 'generations', { max: 1 }, options.logger)
  try {
    await orUnavailable(() => pool.query(MIGRATE))
  } catch (error) {
    await pool.end()
    throw error
  }
  return new PostgresGenerationRegistry(pool, options.databaseUrl)
}

class PostgresGenerationRegistry implements OpenedGenerationRegistry {
  readonly #pool: Pool
  readonly #databaseUrl: string

  constructor(pool: Pool, databaseUrl: string) {
    this.#pool = pool
    this.#databaseUrl = databaseUrl
  }

  async list(): Promise<readonly Generation[]> {
    const { rows } = await orUnavailable(() =>
      this.#pool.query<{ generation: number; state: GenerationState; fill: FillProgress | null; since: Date }>(
        `SELECT generation, state, fill, since FROM projector.generations WHERE state <> 'gone' ORDER BY generation`,
      ),
    )
    return rows.map(({ generation, state, fill, since }) => ({
      number: generation,
      state,
      fill: fill ?? undefined,
      since: since.toISOString(),
    }))
  }

  async add(): Promise<number> {
    const { rows } = await orUnavailable(() =>
      this.#pool.query<{ generation: number }>(
        `INSERT INTO projector.generations (generation, state)
         SELECT max(generation) + 1, 'filling' FROM projector.generations RETURNING generation`,
      ),
    )
    const [row] = rows
    if (!row) throw new Error('Expected PostgreSQL to return the generation it inserted, found none.')
    return row.generation
  }

  async change(changes: readonly GenerationChange[]): Promise<boolean> {
    try {
      await orUnavailable(() =>
        inTransaction(this.#pool, async (client) => {
          for (const { generation, from, to } of changes) {
            const { rowCount } = await client.query(
              `UPDATE projector.generations SET state = $3, since = clock_timestamp() WHERE generation = $1 AND state = $2`,
              [generation, from, to],
            )
            if (rowCount !== 1) throw new OtherState()
          }
        }),
      )
      return true
    } catch (error) {
      if (error instanceof OtherState) return false
      throw error
    }
  }

  async saveFill(generation: number, fill: FillProgress | undefined): Promise<void> {
    await orUnavailable(() =>
      this.#pool.query('UPDATE projector.generations SET fill = $2 WHERE generation = $1', [generation, fill ?? null]),
    )
  }

  async remove(generation: number): Promise<void> {
    await orUnavailable(() =>
      this.#pool.query(
        `UPDATE projector.generations SET state = 'gone', fill = NULL, since = clock_timestamp() WHERE generation = $1`,
        [generation],
      ),
    )
  }

  async beginWith(generation: number): Promise<void> {
    await orUnavailable(() =>
      inTransaction(this.#pool, async (client) => {
        await client.query(`UPDATE projector.generations SET state = 'gone', fill = NULL WHERE state <> 'gone'`)
        await client.query(
          `INSERT INTO projector.generations (generation, state) VALUES ($1, 'live')
           ON CONFLICT (generation) DO UPDATE SET state = 'live', since = clock_timestamp()`,
          [generation],
        )
      }),
    )
  }

  async alone<Result>(work: (stillAlone: StillAlone) => Promise<Result>): Promise<Result> {
    const lock = new RebuildLock(this.#databaseUrl)
    try {
      await lock.hold()
      return await work(() => lock.hold())
    } finally {
      await lock.release()
    }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}

class OtherState extends Error {
  override readonly name = 'OtherState'
}
