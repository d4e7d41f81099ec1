import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { matchKind } from '../../src/contract/searchWords.js'
import { matchingTerms } from '../../src/read/postgres/matchingTerms.js'
import { migrateReadSchema } from '../../src/read/postgres/migrateReadSchema.js'
import { openPools, type ReadStorePools } from '../../src/read/postgres/pools.js'
import { PostgresDocumentStore } from '../../src/read/postgres/postgresDocumentStore.js'
import { writeDocuments } from '../../src/read/postgres/writeDocuments.js'
import { eventually } from '../support/eventually.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { orderDocument } from '../support/sampleDocuments.js'

let database: TestDatabase
let pools: ReadStorePools

beforeAll(async () => {
  const logger = pino({ level: 'silent' })
  database = await createTestDatabase()
  pools = openPools(database.url, 4, logger)
  await migrateReadSchema(pools.migrations, logger)
})

afterAll(async () => {
  await pools?.close()
  await database?.drop()
})

describe('the terms that a word with typing errors may mean', () => {
  it('are all found: as many as by looking at every term', async () => {
    // Few letters, so that words are near to each other in every way; one of two UTF-16 units, and one that a locale may not know.
    const letter = fc.constantFrom('a', 'b', '𐐨', 'ж')
    const word = fc.string({ unit: letter, minLength: 2, maxLength: 12 })
    const [dictionary = []] = fc.sample(fc.uniqueArray(word, { minLength: 3_000, maxLength: 3_000 }), {
      numRuns: 1,
      seed: 7,
    })
    await pools.writes.query('INSERT INTO read.order_terms (term) SELECT unnest($1::text[])', [dictionary])

    const near = fc
      .tuple(fc.constantFrom(...dictionary), fc.array(fc.tuple(fc.nat(3), fc.nat(12), letter), { maxLength: 2 }))
      .map(([term, errors]) => errors.reduce(withError, term))
      .filter((text) => text !== '')
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(near, { minLength: 20, maxLength: 20 }), async (words) => {
        const found = await matchingTerms(pools.queries, 'order_terms', words)
        for (const each of words) {
          const expected = new Set([each, ...dictionary.filter((term) => matchKind(each, term) !== undefined)])
          expect([...(found.get(each) ?? [])].sort()).toEqual([...expected].sort())
        }
      }),
      { numRuns: 25 },
    )
    await pools.writes.query('DELETE FROM read.order_terms')
  })

  it('may be long', async () => {
    const long = 'ж'.repeat(200)
    await pools.writes.query('INSERT INTO read.order_terms (term) VALUES ($1)', [`${long}ab`])
    const found = await matchingTerms(pools.queries, 'order_terms', [long])
    expect([...(found.get(long) ?? [])]).toEqual([long, `${long}ab`])
    await pools.writes.query('DELETE FROM read.order_terms')
  })
})

describe('terms that no order has any more', () => {
  it('go with the last order that has them, whatever else is written at the time', async () => {
    const store = new PostgresDocumentStore(pools)
    const ids = Array.from({ length: 20 }, (_, n) => `shared-${n}`)
    const write = async (id: string, customerName: string | null, version: number) => {
      const stored = (await store.get('orders', [id])).get(id)
      const document = orderDocument(id, { customerName, customerEmail: null, version })
      const results = await store.write([{ projection: 'orders', document, expected: stored?.revision ?? 'absent' }])
      expect(results.map(({ kind }) => kind)).toEqual(['written'])
    }
    await Promise.all(ids.map((id) => write(id, 'Hortensia', 1)))
    expect(await terms()).toContain('hortensia')

    // All but one are forgotten, and as many new ones come with the same name: the term has to stay.
    await Promise.all(ids.slice(1).flatMap((id) => [write(id, null, 2), write(`new-${id}`, 'Hortensia', 1)]))
    expect(await terms()).toContain('hortensia')

    await Promise.all([ids[0] ?? '', ...ids.slice(1).map((id) => `new-${id}`)].map((id) => write(id, null, 3)))
    expect(await terms()).not.toContain('hortensia')
    const { rows } = await pools.queries.query(
      "SELECT id FROM read.order_index WHERE 'hortensia' = ANY(terms) UNION ALL SELECT id FROM read.orders WHERE document::text ILIKE '%hortensia%'",
    )
    expect(rows).toEqual([])
  })

  it('stay while a transaction that nobody can see yet writes an order with them', async () => {
    const store = new PostgresDocumentStore(pools)
    const before = orderDocument('leaving', { customerName: 'Ermintrude' })
    const [result] = await store.write([{ projection: 'orders', document: before, expected: 'absent' }])
    if (result?.kind !== 'written') throw new Error('Expected the order to be written.')
    const coming = await pools.writes.connect()
    let leaving: Promise<unknown> | undefined
    try {
      await coming.query('BEGIN')
      const document = orderDocument('coming', { customerName: 'Ermintrude' })
      await writeDocuments(coming, 'read', [{ projection: 'orders', document, expected: 'absent' }])
      let left = false
      leaving = store
        .write([{ projection: 'orders', document: { ...before, customerName: null }, expected: result.revision }])
        .then(() => {
          left = true
        })
      await eventually(async () => left || (await waitsForLock()))
      await coming.query('COMMIT')
    } finally {
      coming.release()
      await leaving
    }
    expect(await terms()).toContain('ermintrude')
  })
})

async function waitsForLock(): Promise<boolean> {
  const { rows } = await pools.queries.query<{ waits: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS waits`,
  )
  return rows[0]?.waits ?? false
}

async function terms(): Promise<readonly string[]> {
  const { rows } = await pools.queries.query<{ term: string }>('SELECT term FROM read.order_terms')
  return rows.map(({ term }) => term)
}

function withError(text: string, [kind, place, letter]: readonly [number, number, string]): string {
  const letters = [...text]
  const at = place % (letters.length + 1)
  if (kind === 0) letters.splice(at, 1)
  else if (kind === 1) letters.splice(at, 0, letter)
  else if (kind === 2) letters.splice(at, 1, letter)
  else letters.splice(at, 2, ...letters.slice(at, at + 2).reverse())
  return letters.join('')
}
