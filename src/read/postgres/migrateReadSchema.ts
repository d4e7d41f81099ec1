import { readdir, readFile } from 'node:fs/promises'
import type { Pool, PoolClient } from 'pg'
import type { Logger } from 'pino'
import { lock } from './locks.js'
import { inTransaction } from './transaction.js'
import { orUnavailable } from './translateErrors.js'

/** Beside this file in the sources and in the build alike. */
const FOLDER = new URL('./migrations/', import.meta.url)
const FILE_NAME = /^(\d{4})_(\w+)\.sql$/

/** A newer release has migrated the schema. This one must not write into tables that it does not know. */
export class NewerReadSchema extends Error {
  override readonly name = 'NewerReadSchema'

  constructor(numbers: readonly number[]) {
    super(
      `Expected the read schema to have migrations of this release alone, found number ${numbers.join(', ')}: start the newer release that made it.`,
    )
  }
}

interface Migration {
  readonly number: number
  readonly name: string
  readonly file: string
}

/**
 * Brings the schema `read` up to date: every migration that is not recorded yet, in order, in one transaction; forward only.
 * Processes that start at once take turns. Throws StoreUnavailable, NewerReadSchema.
 */
export async function migrateReadSchema(pool: Pool, logger: Logger): Promise<void> {
  const migrations = await migrationsInOrder()
  await orUnavailable(() =>
    inTransaction(pool, async (client) => {
      // Whoever holds it is migrating, or hangs: then this start says that the store does not answer, and tries again.
      await client.query("SET LOCAL lock_timeout = '20s'")
      await lock(client, 'migrations')
      const applied = await appliedNumbers(client)
      checkNotNewer(applied, migrations)
      for (const migration of migrations.filter(({ number }) => !applied.has(number))) {
        await client.query(await readFile(new URL(migration.file, FOLDER), 'utf8'))
        await client.query('INSERT INTO read.migrations (number, name) VALUES ($1, $2)', [
          migration.number,
          migration.name,
        ])
        logger.info({ migration: migration.file }, 'Migrated the read schema')
      }
    }),
  )
}

async function appliedNumbers(client: PoolClient): Promise<ReadonlySet<number>> {
  await client.query('CREATE SCHEMA IF NOT EXISTS read')
  await client.query(`
    CREATE TABLE IF NOT EXISTS read.migrations (
      number integer PRIMARY KEY,
      name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`)
  const { rows } = await client.query<{ number: number }>('SELECT number FROM read.migrations')
  return new Set(rows.map(({ number }) => number))
}

function checkNotNewer(applied: ReadonlySet<number>, known: readonly Migration[]): void {
  const unknown = [...applied].filter((number) => !known.some((migration) => migration.number === number))
  if (unknown.length > 0) throw new NewerReadSchema(unknown)
}

async function migrationsInOrder(): Promise<readonly Migration[]> {
  const files = await readdir(FOLDER)
  return files
    .map((file) => {
      const [, number, name] = FILE_NAME.exec(file) ?? []
      if (!number || !name) throw new Error(`Expected a migration named like 0001_what_it_does.sql, found ${file}.`)
      return { number: Number(number), name, file }
    })
    .sort((a, b) => a.number - b.number)
}
