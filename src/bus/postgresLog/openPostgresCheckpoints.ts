import { Pool } from 'pg'
import type { Logger } from 'pino'
import type { CheckpointStore } from '../checkpointStore.js'
import { migrateCheckpoints } from './migrateCheckpoints.js'
import { PostgresCheckpoints } from './postgresCheckpoints.js'
import { orUnavailable } from './translateErrors.js'

/** Two groups at most write at once: the consumer and its sweep. */
const POOL_SIZE = 2

export interface OpenedCheckpoints extends CheckpointStore {
  close(): Promise<void>
}

/** The checkpoints in the database of the event log, which it shares its fate with: a log that is restored brings its own. Throws BusUnavailable. */
export async function openPostgresCheckpoints(options: {
  readonly databaseUrl: string
  readonly logger: Logger
}): Promise<OpenedCheckpoints> {
  const pool = new Pool({
    connectionString: options.databaseUrl,
    application_name: 'order-gateway checkpoints',
    max: POOL_SIZE,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    query_timeout: 15_000,
  })
  // The message alone: pg hangs the whole connection on the error.
  pool.on('error', ({ message }) => {
    if (!pool.ending) options.logger.warn({ reason: message }, 'An idle connection to the checkpoints broke')
  })
  try {
    await orUnavailable(() => migrateCheckpoints(pool))
  } catch (error) {
    await pool.end()
    throw error
  }
  const checkpoints = new PostgresCheckpoints(pool)
  return {
    load: (group) => checkpoints.load(group),
    save: (group, from, to) => checkpoints.save(group, from, to),
    copy: (model, group) => checkpoints.copy(model, group),
    forget: (group) => checkpoints.forget(group),
    close: () => pool.end(),
  }
}
