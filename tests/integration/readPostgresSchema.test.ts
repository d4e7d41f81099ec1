import { Client } from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../src/read/documentStore.js'
import { openPostgresReadStore } from '../../src/read/postgres/openPostgresReadStore.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { orderDocument } from '../support/sampleDocuments.js'

const logger = pino({ level: 'silent' })
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

function open(): Promise<ReadStore> {
  return openPostgresReadStore({ databaseUrl: database.url, logger })
}

describe('opening the read store', () => {
  it('migrates an empty database once, also when several processes start at once', async () => {
    const stores = await Promise.all([open(), open(), open()])
    try {
      const [first, second] = stores
      await first?.documents.write([{ projection: 'orders', document: orderDocument('kept'), expected: 'absent' }])
      expect((await second?.documents.get('orders', ['kept']))?.size).toBe(1)
    } finally {
      await Promise.all(stores.map((store) => store.close()))
    }
  })

  it('finds what was there before', async () => {
    const store = await open()
    try {
      expect((await store.documents.get('orders', ['kept'])).size).toBe(1)
      expect(await store.queries.countOrders({})).toBe(1)
      expect(await store.isReachable()).toBe(true)
    } finally {
      await store.close()
    }
  })

  it('refuses a schema that a newer release has migrated', async () => {
    const client = new Client({ connectionString: database.url })
    await client.connect()
    try {
      await client.query("INSERT INTO read.migrations (number, name) VALUES (9999, 'of_tomorrow')")
      await expect(open()).rejects.toThrow(/9999.*newer release/)
      await client.query('DELETE FROM read.migrations WHERE number = 9999')
    } finally {
      await client.end()
    }
  })

  it('says that the store is unavailable where no server answers', async () => {
    const nobody = openPostgresReadStore({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none', logger })
    await expect(nobody).rejects.toThrow(StoreUnavailable)
  })
})
