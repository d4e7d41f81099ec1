import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { DataDirInUse } from './errors.js'

/** Any fixed number will do: nobody else takes advisory locks in the database `postgres` of this cluster. */
const OWNER_LOCK = 20_250_001
/** The server notices the end of a killed owner's connection within milliseconds, but not before we can ask. */
const GRACE_MS = 1_000
const RETRY_INTERVAL_MS = 50

/** Proof that this process alone uses the data directory. Held by the connection, so it ends with the process and can never be stale. */
export interface Ownership {
  /** Runs a statement on the owner's connection. */
  query(text: string): Promise<readonly Record<string, unknown>[]>
  /** From now on the end of the connection is expected: onLost is not called. */
  expectEnd(): void
  release(): Promise<void>
}

/**
 * url: of the database `postgres`. onLost: called at most once, when the connection ends without expectEnd or release.
 * Throws DataDirInUse while another process holds it, and pg's error where the server cannot be reached.
 */
export async function takeOwnership(url: string, dataDir: string, onLost: (error: Error) => void): Promise<Ownership> {
  const client = new Client({
    connectionString: url,
    application_name: `process ${process.pid}`,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  let phase: 'taking' | 'held' | 'over' = 'taking'
  const lost = (error: Error): void => {
    if (phase !== 'held') return
    phase = 'over'
    onLost(error)
  }
  client.on('error', lost)
  client.on('end', () => lost(new Error('the connection that holds the data directory has ended')))
  try {
    await client.connect()
    await lock(client, dataDir)
  } catch (error) {
    await client.end()
    throw error
  }
  phase = 'held'
  return {
    async query(text) {
      return (await client.query<Record<string, unknown>>(text)).rows
    },
    expectEnd() {
      phase = 'over'
    },
    async release() {
      phase = 'over'
      await client.end()
    },
  }
}

async function lock(client: Client, dataDir: string): Promise<void> {
  const deadline = performance.now() + GRACE_MS
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [OWNER_LOCK])
    if (rows[0]?.held === true) return
    if (performance.now() > deadline) throw new DataDirInUse(dataDir, await holderName(client))
    await delay(RETRY_INTERVAL_MS)
  }
}

async function holderName(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objid = $1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [OWNER_LOCK],
  )
  return rows[0]?.name ?? 'unknown'
}
