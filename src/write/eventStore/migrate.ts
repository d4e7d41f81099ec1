import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, DatabaseError } from 'pg'
import type { Logger } from 'pino'
import type { LogIdentity } from '../../contract/logIdentity.js'
import { mayPass } from '../../contract/sqlState.js'

/** The event log can't be reached, or its schema can't be brought up to date. The message is for the operator, and names what to do. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed'
  readonly code = 'MIGRATION_FAILED'
  /** Whether the same may succeed later, with nothing changed: the server is not up yet, or another process is at work. */
  readonly retryable: boolean

  constructor(
    message: string,
    { retryable = false, cause }: { readonly retryable?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.retryable = retryable
  }
}

/** The advisory lock of Prisma's own migrate: it and we wait for each other. */
const PRISMA_MIGRATE_LOCK = 72_707_369

const CONNECT_TIMEOUT_MS = 10_000
/** Whoever holds the lock is migrating, or hangs. */
const LOCK_TIMEOUT_MS = 20_000
const LOCK_NOT_AVAILABLE = '55P03'

/** As Prisma makes it, so that `prisma migrate` elsewhere agrees on what has been applied. */
const CREATE_RECORDS = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
  )`

/** The id changes with the era, because the number alone does not tell apart two restores of one backup. */
export const BEGIN_HISTORY = 'UPDATE installation SET era = era + 1, history_id = gen_random_uuid()'

/**
 * Transaction ids start again on another server. Where the log holds one that this server has not given out yet, new events would sort before
 * old ones, and the horizon would hide the old ones: the era, compared first, is raised.
 */
const RAISE_ERA = `
  ${BEGIN_HISTORY}
  WHERE EXISTS (
    SELECT 1 FROM events e WHERE e.era = installation.era AND e.transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
  )
  RETURNING era`

/**
 * Brings the event log's schema up to date from the committed migrations, each in a transaction of its own, and looks whether the log was
 * restored on another server. Any number of processes may do so at once. Throws MigrationFailed.
 *
 * Prisma's own command would do the same, but needs its schema engine, which is downloaded at install time: a service must start without it.
 */
export async function migrateEventLog(
  databaseUrl: string,
  logger: Logger,
  folder = migrationsFolder(),
): Promise<LogIdentity> {
  const client = await connect(databaseUrl)
  try {
    await lock(client)
    await client.query(CREATE_RECORDS)
    for (const migration of await pendingMigrations(client, folder)) {
      await apply(client, migration)
      logger.info(`event log: applied migration ${migration.name}`)
    }
    const { rows: raised } = await client.query<{ era: number }>(RAISE_ERA)
    if (raised[0])
      logger.warn(`event log: restored from another server; events are written in era ${raised[0].era} from now on`)
    const { rows } = await client.query<LogIdentity>(
      'SELECT id AS "installationId", history_id AS "historyId" FROM installation',
    )
    if (!rows[0])
      throw new MigrationFailed(
        'The table installation is empty: restore its row from the backup that the log comes from.',
      )
    return rows[0]
  } finally {
    await client.end()
  }
}

async function lock(client: Client): Promise<void> {
  try {
    await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`)
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_MIGRATE_LOCK])
  } catch (cause) {
    if (!(cause instanceof DatabaseError && cause.code === LOCK_NOT_AVAILABLE)) throw cause
    throw new MigrationFailed(
      `Another process has been migrating the event log for ${LOCK_TIMEOUT_MS / 1_000} seconds: wait for it, or end its session (application_name "order-gateway migrations").`,
      { cause, retryable: true },
    )
  }
}

async function connect(databaseUrl: string): Promise<Client> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: 'order-gateway migrations',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  // A connection that breaks fails the statement under way, which is where it is reported.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (cause) {
    // Never the whole address: it holds the password.
    throw new MigrationFailed(
      `The event log's database at ${client.host}:${client.port} can't be opened: ${reasonOf(cause)}. Look whether it runs, and whether DATABASE_URL is right.`,
      { cause, retryable: !(cause instanceof DatabaseError) || mayPass(cause.code ?? '') },
    )
  }
}

interface Migration {
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

async function pendingMigrations(client: Client, folder: string): Promise<readonly Migration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  )
  const applied = new Map(rows.map((row) => [row.migration_name, row]))
  const migrations = await readMigrations(folder)
  const known = new Set(migrations.map(({ name }) => name))
  for (const name of applied.keys()) {
    if (!known.has(name)) {
      throw new MigrationFailed(
        `The event log has the migration ${name}, which this release does not know: start the release that made it, or a newer one.`,
      )
    }
  }
  return migrations.filter(({ name, checksum }) => {
    const record = applied.get(name)
    if (record && !record.finished) {
      throw new MigrationFailed(
        `The migration ${name} was begun by another tool and did not finish: resolve it with "prisma migrate resolve".`,
      )
    }
    if (record && record.checksum !== checksum) {
      throw new MigrationFailed(
        `The migration ${name} was changed after it had been applied: restore its file, and put the change into a new migration.`,
      )
    }
    return !record
  })
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK')
    throw new MigrationFailed(`The migration ${name} failed and was rolled back: ${reasonOf(cause)}`, { cause })
  }
}

/** A host name with several addresses fails with one error for each, and none of its own words. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}

/** prisma/migrations at the root of the package, seen from the sources and from the build. */
function migrationsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'prisma', 'migrations'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new MigrationFailed('prisma/migrations is missing: it belongs beside package.json.')
    folder = parent
  }
  return join(folder, 'prisma', 'migrations')
}
