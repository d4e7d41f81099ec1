import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Logger } from 'pino'
import { startEmbeddedPostgres } from '../../src/embeddedPostgres/index.js'

/** The embedded PostgreSQL with the durability of a service: fsync and synchronous_commit on. */
export interface DurableServer {
  /** SHOW server_version */
  readonly version: string
  /** A new database; a copy of `template` where one is given, to which nobody may be connected. Returns its URL. */
  createDatabase(template?: string): Promise<string>
  /** Waits for sessions that are about to end, 5 s at most. */
  dropDatabase(url: string): Promise<void>
  /** All that are left. */
  dropDatabases(): Promise<void>
  /** Writes out what is due, so that what one contestant has dirtied is not paid by the next. */
  checkpoint(): Promise<void>
  stop(): Promise<void>
}

/** On the disk of the clone, as the service's own data: the system's folder for temporary files may be memory, where fsync is free. */
const PARENT = 'dist'
/** For 32 bare connections beside the pools of a service. */
const MAX_CONNECTIONS = '120'

export async function startDurableServer(logger: Logger): Promise<DurableServer> {
  await mkdir(PARENT, { recursive: true })
  const dataDir = await mkdtemp(join(PARENT, 'benchmark-data-'))
  const server = await startEmbeddedPostgres({ dataDir, logger, settings: { max_connections: MAX_CONNECTIONS } })
  const admin = new Client({ connectionString: server.databaseUrl('postgres') })
  await admin.connect()
  const databases = new Set<string>()
  const drop = async (name: string): Promise<void> => {
    // Without FORCE, which would break connections whose closing is under way, and have them reported.
    await admin.query(`DROP DATABASE ${name}`)
    databases.delete(name)
  }
  const { rows } = await admin.query<{ server_version: string }>('SHOW server_version')
  return {
    version: rows[0]?.server_version ?? 'unknown',
    async createDatabase(template) {
      const name = `bench_${randomUUID().replaceAll('-', '')}`
      await admin.query(`CREATE DATABASE ${name} ${template === undefined ? '' : `TEMPLATE ${nameIn(template)}`}`)
      databases.add(name)
      return server.databaseUrl(name)
    },
    dropDatabase: (url) => drop(nameIn(url)),
    async dropDatabases() {
      for (const name of databases) await drop(name)
    },
    async checkpoint() {
      await admin.query('CHECKPOINT')
    },
    async stop() {
      await admin.end()
      await server.stop()
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function nameIn(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1)
}
