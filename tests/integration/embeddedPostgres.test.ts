import { expect, test } from 'vitest'
import { Client } from 'pg'
import { createTestDatabase } from '../support/postgres.js'
test('smoke', async () => {
  const db = await createTestDatabase()
  const c = new Client(db.url); await c.connect(); expect((await c.query('select 1 as a, version()')).rows[0].a).toBe(1); await c.end(); await db.drop()
})
