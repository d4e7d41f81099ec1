import type { Logger } from 'pino'
import type { ReadStore } from '../readStore.js'
import { migrateReadSchema } from './migrateReadSchema.js'
import { openPools } from './pools.js'
import { PostgresDocumentInventory } from './postgresDocumentInventory.js'
import { PostgresDocumentStore } from './postgresDocumentStore.js'
import { PostgresGenerations } from './postgresGenerations.js'
import { PostgresOrderQueries } from './postgresOrderQueries.js'
import { PostgresParkedStreams } from './postgresParkedStreams.js'
import { PostgresProjectionStatusBoard } from './postgresProjectionStatusBoard.js'

const DEFAULT_POOL_SIZE = 10

export interface PostgresReadStoreOptions {
  /** May be the database of the event log: everything lies in the schema `read`. */
  readonly databaseUrl: string
  readonly logger: Logger
  /** Connections for reading; writes and migrations have four of their own. Default 10. */
  readonly poolSize?: number
}

/** The read store in a PostgreSQL database, migrated to this release. Throws StoreUnavailable, PostgresFault. */
export async function openPostgresReadStore({
  databaseUrl,
  logger,
  poolSize = DEFAULT_POOL_SIZE,
}: PostgresReadStoreOptions): Promise<ReadStore> {
  const pools = openPools(databaseUrl, poolSize, logger)
  try {
    await migrateReadSchema(pools.migrations, logger)
  } catch (error) {
    await pools.close()
    throw error
  }
  return {
    documents: new PostgresDocumentStore(pools),
    inventory: new PostgresDocumentInventory(pools.queries),
    queries: new PostgresOrderQueries(pools.queries),
    parked: new PostgresParkedStreams(pools.writes),
    generations: new PostgresGenerations(pools),
    status: new PostgresProjectionStatusBoard(pools.documents),
    async isReachable() {
      try {
        await pools.documents.query('SELECT 1')
        return true
      } catch (error) {
        logger.warn({ err: error }, 'The read store does not answer')
        return false
      }
    },
    close: pools.close,
  }
}
