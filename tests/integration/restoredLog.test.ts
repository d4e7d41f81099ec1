import { Client } from 'pg'
import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { LogSignal } from '../../src/bus/postgresLog/logSignal.js'
import { PostgresLogBus } from '../../src/bus/postgresLog/postgresLogBus.js'
import { beginHistory, LogInUse } from '../../src/write/eventStore/beginHistory.js'
import { eventually } from '../support/eventually.js'
import { MemoryCheckpoints } from '../support/memory/memoryCheckpoints.js'
import { startPrivateServer } from '../support/postgres.js'
import { contextOf, createOrderRequest, openTestWriteSide, stock } from '../support/writeSide.js'

let releases: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const release of releases.reverse()) await release()
  releases = []
})

async function newServer(): Promise<{ url: string; client: Client }> {
  const server = await startPrivateServer()
  releases.push(() => server.stop())
  const client = new Client({ connectionString: server.url })
  await client.connect()
  releases.push(() => client.end())
  return { url: server.url, client }
}

async function openWriteSide(url: string) {
  const writeSide = await openTestWriteSide(url)
  releases.push(() => writeSide.close())
  return writeSide
}

it('INV-3 NO-LOST-EVENT: a log restored on a server with lower transaction ids is read whole and in order, and goes on', async () => {
  const old = await newServer()
  // An old server: its transaction ids are far ahead of a new one's.
  await old.client.query(
    'CREATE PROCEDURE burn() LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$',
  )
  await old.client.query('CALL burn()')
  const before = await openWriteSide(old.url)
  await stock(before)
  await before.handlers.order(createOrderRequest('o'), contextOf())

  const restored = await newServer()
  const installationId = await migrated(restored.url)
  for (const table of ['installation', 'events', 'customer_keys']) await copyTable(table, old.client, restored.client)
  await restored.client.query("SELECT setval('events_position_seq', (SELECT max(position) FROM events))")

  const after = await openWriteSide(restored.url)
  expect(after.installationId).toBe(before.installationId)
  expect(after.installationId).not.toBe(installationId)
  await after.handlers.order({ type: 'ConfirmOrder', orderId: 'o' }, contextOf())
  const { rows } = await restored.client.query(
    'SELECT era, stream_id, stream_version FROM events ORDER BY era, transaction_id, position',
  )
  expect(rows).toEqual([
    { era: 1, stream_id: 'customer-c', stream_version: 1 },
    { era: 1, stream_id: 'product-s', stream_version: 1 },
    { era: 1, stream_id: 'order-o', stream_version: 1 },
    { era: 2, stream_id: 'order-o', stream_version: 2 },
  ])

  const bus = await PostgresLogBus.open({
    databaseUrl: restored.url,
    checkpoints: new MemoryCheckpoints(),
    signal: new LogSignal(),
    logger: pino({ level: 'silent' }),
  })
  releases.push(() => bus.close())
  const consumer = await bus.subscribe('reader')
  const seen: string[] = []
  while (seen.length < 4) {
    const slice = await consumer.next(100, AbortSignal.timeout(10_000))
    if (!slice) break
    seen.push(...slice.events.map((event) => `${event.streamId} ${event.streamVersion}`))
  }
  expect(seen).toEqual(['customer-c 1', 'product-s 1', 'order-o 1', 'order-o 2'])

  // A second start on the same server finds nothing to raise.
  const again = await openWriteSide(restored.url)
  expect(again.installationId).toBe(before.installationId)
  expect(again.historyId).toBe(after.historyId)
  // What was filled from the log before the restore, and knows its history, does not take it for the same.
  expect(before.historyId).toBe(before.installationId)
  expect(after.historyId).not.toBe(before.historyId)
  expect((await restored.client.query('SELECT era FROM installation')).rows).toEqual([{ era: 2 }])
})

it('a log that processes are working on is not said to be restored', async () => {
  const { url, client } = await newServer()
  const running = await openTestWriteSide(url)
  await stock(running)
  const eras = async () => (await client.query('SELECT era FROM installation')).rows
  const saidToBe = () => beginHistory(url, pino({ level: 'silent' }))
  await expect(saidToBe()).rejects.toThrow(LogInUse)
  await expect(saidToBe()).rejects.toThrow(/stop every process/)
  expect(await eras()).toEqual([{ era: 1 }])

  await running.close()
  // The server may take a moment to see that a connection has gone.
  await eventually(async () => (await saidToBe().catch((error: unknown) => error)) === 2)
  expect(await eras()).toEqual([{ era: 2 }])
})

async function migrated(url: string): Promise<string> {
  const writeSide = await openTestWriteSide(url)
  await writeSide.close()
  return writeSide.installationId
}

/** What pg_dump and pg_restore do with the rows of a table: every column comes back as it was. */
async function copyTable(table: string, from: Client, to: Client): Promise<void> {
  const { rows } = await from.query<{ row: unknown }>(`SELECT to_jsonb(t) AS row FROM ${table} t`)
  if (table === 'installation') await to.query('DELETE FROM installation')
  for (const { row } of rows)
    await to.query(`INSERT INTO ${table} SELECT * FROM jsonb_populate_record(NULL::${table}, $1)`, [row])
}
