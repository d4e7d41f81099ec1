import { Pool, type PoolConfig } from 'pg'
import type { Logger } from 'pino'

/**
 * Connections by what they are for, so that nothing long stands in the way of something short: statistics over everything must not keep a
 * read by id waiting, nor a thousand readers a projector's write.
 */
export interface ReadStorePools {
  /** Reads by id, some milliseconds at most: the gateway's and the projector's. */
  readonly documents: Pool
  /** Lists, search and statistics. */
  readonly queries: Pool
  /** The projector's writes, and what goes with them: quarantine. */
  readonly writes: Pool
  readonly migrations: Pool
  close(): Promise<void>
}

/** A slice, the quarantine, and one to spare. */
const WRITE_CONNECTIONS = 3

/** poolSize: connections for the gateway's reads, half of them for reads by id. */
export function openPools(databaseUrl: string, poolSize: number, logger: Logger): ReadStorePools {
  const open = (purpose: string, config: PoolConfig): Pool => openPool(databaseUrl, purpose, config, logger)
  const half = Math.max(1, Math.ceil(poolSize / 2))
  const pools = {
    documents: open('documents', { max: half }),
    queries: open('queries', { max: half }),
    writes: open('writes', { max: WRITE_CONNECTIONS }),
    migrations: openMigrationPool(databaseUrl, logger),
  }
  return {
    ...pools,
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.end()))
    },
  }
}

/** purpose: names its connections on the server and in the log. */
export function openPool(databaseUrl: string, purpose: string, config: PoolConfig, logger: Logger): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: `order-gateway ${purpose}`,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    // The client's own limit is for a server that does not answer at all, so it comes after the server's.
    statement_timeout: 10_000,
    // What a hanging process holds, such as the horizon of the event log, is let go.
    idle_in_transaction_session_timeout: 10_000,
    query_timeout: 15_000,
    // Every statement has an index made for it. The planner takes a walk over a table for cheap while it is small or its statistics are old,
    // and a connection keeps that plan when it is neither: so terms without orders were looked for at 3 s for 500 writes.
    options: '-c enable_seqscan=off -c jit=off',
    ...config,
  })
  // An idle connection that breaks is replaced by the pool; the next statement tells if the server is gone. The message alone: pg hangs
  // the whole connection on the error.
  pool.on('error', ({ message }) => {
    if (!pool.ending) logger.warn({ purpose, reason: message }, 'An idle connection to the read store broke')
  })
  return pool
}

/** One connection, without a limit of time: an index may take minutes to make. */
export function openMigrationPool(databaseUrl: string, logger: Logger): Pool {
  return openPool(
    databaseUrl,
    'migrations',
    { max: 1, statement_timeout: false, query_timeout: 0, options: '' },
    logger,
  )
}
