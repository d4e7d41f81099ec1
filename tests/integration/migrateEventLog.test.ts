import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateEventLog } from '../../src/write/eventStore/migrate.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { makeTestFolder } from '../support/throwAwayServer.js'

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
const silent = pino({ level: 'silent' })

let database: TestDatabase
let folder: string

beforeEach(async () => {
  database = await createTestDatabase()
  folder = await makeTestFolder()
  await cp(MIGRATIONS, folder, { recursive: true })
})
afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

async function query<Row extends object>(sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'migration.sql'), sql)
}

describe('migrateEventLog', () => {
  it('sets up an empty database, records it as Prisma does, and finds nothing to do the next time', async () => {
    const installation = await migrateEventLog(database.url, silent, folder)
    expect(await migrateEventLog(database.url, silent, folder)).toEqual(installation)
    const records = await query<Record<string, unknown>>('SELECT * FROM _prisma_migrations')
    expect(records).toHaveLength(2)
    expect(records[0]).toMatchObject({
      migration_name: '20261123000000_event_log',
      applied_steps_count: 1,
      rolled_back_at: null,
      logs: null,
    })
    expect(records[0]?.checksum).toMatch(/^[0-9a-f]{64}$/)
    expect(records[0]?.finished_at).toBeInstanceOf(Date)
  })

  it('lets several processes start at once', async () => {
    const identities = await Promise.all(Array.from({ length: 6 }, () => migrateEventLog(database.url, silent, folder)))
    expect(new Set(identities.map(({ installationId }) => installationId)).size).toBe(1)
  })

  it('rolls a failing migration back, says which one and why, and goes on once it is mended', async () => {
    await addMigration('20270101000000_broken', 'CREATE TABLE half (id INT); SELECT nothing_of_that_name();')
    await expect(migrateEventLog(database.url, silent, folder)).rejects.toThrow(
      /20270101000000_broken failed and was rolled back: .*nothing_of_that_name/,
    )
    expect(await query("SELECT 1 FROM pg_tables WHERE tablename = 'half'")).toEqual([])
    await writeFile(join(folder, '20270101000000_broken', 'migration.sql'), 'CREATE TABLE half (id INT);')
    await migrateEventLog(database.url, silent, folder)
    expect(await query("SELECT 1 FROM pg_tables WHERE tablename = 'half'")).toHaveLength(1)
  })

  it('refuses a migration that was changed after it had been applied', async () => {
    await migrateEventLog(database.url, silent, folder)
    await writeFile(join(folder, '20261123000000_event_log', 'migration.sql'), '-- changed')
    await expect(migrateEventLog(database.url, silent, folder)).rejects.toThrow(/20261123000000_event_log was changed/)
  })

  it('refuses a log that a newer release has migrated', async () => {
    await addMigration('20270101000000_newer', 'SELECT 1;')
    await migrateEventLog(database.url, silent, folder)
    await expect(migrateEventLog(database.url, silent)).rejects.toThrow(
      /20270101000000_newer, which this release does not know/,
    )
  })
})
