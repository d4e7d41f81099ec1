import type { Pool, PoolClient } from 'pg'
import type { StoreUnavailable } from '../documentStore.js'
import { GenerationInUse, type GenerationStore, type Generations, UnknownGeneration } from '../generations.js'
import { CURRENT_SCHEMA, GENERATION_TABLES, schemaOf } from './generationSchema.js'
import { lock } from './locks.js'
import type { ReadStorePools } from './pools.js'
import { PostgresDocumentInventory } from './postgresDocumentInventory.js'
import { PostgresDocumentStore } from './postgresDocumentStore.js'
import { PostgresParkedStreams } from './postgresParkedStreams.js'
import { inTransaction } from './transaction.js'
import { orUnavailable, PostgresFault } from './translateErrors.js'

const GROUP = 'projector'
/**
 * Less than PostgreSQL waits before it looks for a deadlock, so that it is always the switch that gives way, and never a reader that has looked
 * at one of the views and is about to look at the next.
 */
const SWITCH_LOCK_TIMEOUT_MS = 200
const SWITCH_TRIES = 100
const LOCK_NOT_AVAILABLE = '55P03'

/** Generations as schemas. Their tables are made like those of the current one, indexes and all, so that one definition holds: the migrations'. */
export class PostgresGenerations implements Generations {
  readonly #pools: ReadStorePools

  constructor(pools: ReadStorePools) {
    this.#pools = pools
  }

  async current(): Promise<number> {
    return orUnavailable(() => currentGeneration(this.#pools.documents))
  }

  async open(generation: number): Promise<GenerationStore> {
    const schema = schemaOf(generation)
    const { rows } = await orUnavailable(() =>
      this.#pools.documents.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
        `${schema}.orders`,
      ]),
    )
    if (!rows[0]?.found) {
      throw new UnknownGeneration(`Expected generation ${generation} of the read models in PostgreSQL, found none.`)
    }
    return {
      documents: new PostgresDocumentStore(this.#pools, schema),
      inventory: new PostgresDocumentInventory(this.#pools.queries, schema),
      parked: new PostgresParkedStreams(this.#pools.writes, schema),
      group: generation === 1 ? GROUP : `${GROUP}-${generation}`,
    }
  }

  async create(generation: number): Promise<GenerationStore> {
    const schema = schemaOf(generation)
    await this.#alone(async (client) => {
      const model = schemaOf(await currentGeneration(client))
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
      for (const table of GENERATION_TABLES) {
        await client.query(`CREATE TABLE IF NOT EXISTS ${schema}.${table} (LIKE ${model}.${table} INCLUDING ALL)`)
        await client.query(await sameOptions(client, model, schema, table))
      }
    })
    return this.open(generation)
  }

  /** What is committed is searchable; the planner has to know how much it is. */
  async finish(generation: number): Promise<void> {
    await orUnavailable(async () => {
      for (const table of GENERATION_TABLES) {
        await this.#pools.migrations.query(`ANALYZE ${schemaOf(generation)}.${table}`)
      }
    })
  }

  async makeCurrent(generation: number): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#pointViewsAt(generation)
      } catch (error) {
        // A long query is reading: the views can't be changed before it ends, and whoever comes meanwhile must not wait for that.
        if (tries === SWITCH_TRIES || !isLockTimeout(error)) throw error
      }
    }
  }

  async drop(generation: number): Promise<void> {
    await this.#alone(async (client) => {
      const current = await currentGeneration(client)
      if (generation === current) throw new GenerationInUse(generation)
      await client.query(`DROP SCHEMA IF EXISTS ${schemaOf(generation)} CASCADE`)
    })
  }

  async #pointViewsAt(generation: number): Promise<void> {
    const schema = schemaOf(generation)
    await this.#alone(async (client) => {
      await client.query(`SET LOCAL lock_timeout = ${SWITCH_LOCK_TIMEOUT_MS}`)
      for (const table of GENERATION_TABLES) {
        await client.query(`CREATE OR REPLACE VIEW ${CURRENT_SCHEMA}.${table} AS SELECT * FROM ${schema}.${table}`)
      }
    })
  }

  /** Beside no migration and no other change of generations. */
  #alone(work: (client: PoolClient) => Promise<void>): Promise<void> {
    return orUnavailable(() =>
      inTransaction(this.#pools.migrations, async (client) => {
        await lock(client, 'migrations')
        await work(client)
      }),
    )
  }
}

async function currentGeneration(client: Pool | PoolClient): Promise<number> {
  const { rows } = await client.query<{ schema: string }>(
    `SELECT table_schema AS schema FROM information_schema.view_table_usage
     WHERE view_schema = '${CURRENT_SCHEMA}' AND view_name = 'orders'`,
  )
  return Number(rows[0]?.schema.replace('read_', '') ?? 1)
}

/** A table made LIKE another has its columns and indexes, but not how full its pages are left. */
async function sameOptions(client: PoolClient, model: string, schema: string, table: string): Promise<string> {
  const { rows } = await client.query<{ options: string | null }>(
    `SELECT array_to_string(reloptions, ', ') AS options FROM pg_class WHERE oid = to_regclass($1)`,
    [`${model}.${table}`],
  )
  const options = rows[0]?.options
  return options ? `ALTER TABLE ${schema}.${table} SET (${options})` : 'SELECT'
}

function isLockTimeout(error: unknown): boolean {
  const { cause } = error as StoreUnavailable
  return cause instanceof PostgresFault && cause.sqlState === LOCK_NOT_AVAILABLE
}
