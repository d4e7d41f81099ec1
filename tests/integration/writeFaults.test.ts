import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppendRequest } from '../../src/write/eventStore/eventStore.js'
import { LogUnavailable, type WriteSide } from '../../src/write/index.js'
import { type CuttableProxy, startCuttableProxy } from '../support/cuttableProxy.js'
import { eventually } from '../support/eventually.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { openSession } from '../support/rawLog.js'
import { contextOf, createOrderRequest, openTestWriteSide, stock } from '../support/writeSide.js'

let database: TestDatabase
let proxy: CuttableProxy
/** Reaches the log through a network that fails. */
let writeSide: WriteSide
/** Sees the log as it is. */
let session: Client

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await startCuttableProxy(database.url)
  writeSide = await openTestWriteSide(proxy.url)
  session = await openSession(database.url)
  await stock(writeSide)
})
afterAll(async () => {
  await writeSide.close()
  await session.end()
  await proxy.close()
  await database.drop()
})

async function eventsOf(orderIds: readonly string[]): Promise<number> {
  const streams = orderIds.map((id) => `order-${id}`)
  const { rows } = await session.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM events WHERE stream_id = ANY($1)',
    [streams],
  )
  return rows[0]?.n ?? 0
}

/** Whether the write side has a statement that appends under way, as the server sees it. */
async function isAppendUnderWay(): Promise<boolean> {
  const { rowCount } = await session.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO events%'`,
  )
  return (rowCount ?? 0) > 0
}

const newIds = (count: number) => Array.from({ length: count }, () => randomUUID())
const createAll = (ids: readonly string[]) =>
  Promise.all(ids.map((orderId) => writeSide.handlers.order(createOrderRequest(orderId), contextOf())))

describe('a connection that breaks', () => {
  it.each([
    ['after the commit', 'loseAnswers'],
    ['before the statement arrives', 'loseRequests'],
  ] as const)('%s: each append finds its own event or is made again, and succeeds once', async (_, lose) => {
    const ids = newIds(8)
    proxy[lose]()
    const appends = Promise.all(ids.map((orderId) => writeSide.eventStore.append(appendOf(orderId))))
    await eventually(() => proxy.hasLost())
    if (lose === 'loseAnswers') await eventually(async () => (await eventsOf(ids)) > 0)
    proxy.cut()
    expect((await appends).map(({ kind }) => kind)).toEqual(ids.map(() => 'appended'))
    expect(await eventsOf(ids)).toBe(ids.length)
  })

  it('again and again: every acknowledged command is in the log once, and every other says LogUnavailable', async () => {
    const ids = newIds(150)
    let working = true
    const terminating = (async () => {
      while (working) {
        await session.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'order-gateway write side' AND state = 'active' AND query LIKE '%INSERT INTO events%'`,
        )
      }
    })()
    const outcomes = await Promise.allSettled(
      ids.map((orderId) => writeSide.handlers.order(createOrderRequest(orderId), contextOf({ commandId: orderId }))),
    )
    working = false
    await terminating
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toMatchObject({ kind: 'accepted', version: 1 })
      else expect(outcome.reason).toBeInstanceOf(LogUnavailable)
    }
    // The same command ids again: whatever became of the first ones, each has its one event now.
    const again = await Promise.all(
      ids.map((orderId) => writeSide.handlers.order(createOrderRequest(orderId), contextOf({ commandId: orderId }))),
    )
    for (const outcome of again) expect(outcome).toMatchObject({ kind: 'accepted', version: 1 })
    expect(await eventsOf(ids)).toBe(ids.length)
  })
})

describe('a group of appends that fails as a whole', () => {
  it.each([
    ['by a lock that somebody keeps', false],
    ['by a deadlock', true],
  ])('%s is sent again one by one, and every command has its one effect', async (_, deadlock) => {
    const ids = newIds(6).toSorted()
    const blocked = ids.at(-1) ?? ''
    const blocker = await openSession(database.url)
    try {
      // The group is to be the one that gives way.
      await blocker.query("SET deadlock_timeout = '20s'")
      await blocker.query('BEGIN')
      await insertOrder(blocker, blocked)
      const outcomes = createAll(ids)
      await eventually(isAppendUnderWay)
      if (deadlock) await insertOrder(blocker, ids[0] ?? '')
      await eventually(async () => (await eventsOf(ids)) >= (deadlock ? 4 : 5))
      await blocker.query('ROLLBACK')
      expect((await outcomes).map(({ kind }) => kind)).toEqual(ids.map(() => 'accepted'))
      expect(await eventsOf(ids)).toBe(ids.length)
    } finally {
      await blocker.end()
    }
  })
})

describe('a log that is not there', () => {
  it('is LogUnavailable, which says that the same request may be sent again', async () => {
    const gone = await startCuttableProxy(database.url)
    const cutOff = await openTestWriteSide(gone.url)
    try {
      await gone.close()
      const failure: unknown = await cutOff.handlers.order(createOrderRequest(), contextOf()).catch((error) => error)
      expect(failure).toBeInstanceOf(LogUnavailable)
      expect(failure).toMatchObject({ retryable: true })
      expect(await cutOff.isReachable()).toBe(false)
    } finally {
      await cutOff.close()
    }
  })

  it('stops the start with a sentence that names the place and not the password', async () => {
    const gone = await startCuttableProxy(database.url)
    await gone.close()
    const { host, password } = new URL(gone.url)
    const failure: unknown = await openTestWriteSide(gone.url).catch((error) => error)
    expect(failure).toMatchObject({ name: 'MigrationFailed', message: expect.stringContaining(host) })
    if (password) expect(String(failure)).not.toContain(password)
  })
})

function appendOf(orderId: string): AppendRequest {
  const { occurredAt, traceparent, correlationId, principal } = contextOf()
  return {
    streamId: `order-${orderId}`,
    streamCategory: 'order',
    streamVersion: 1,
    eventId: randomUUID(),
    type: 'OrderConfirmed',
    schemaVersion: 1,
    data: {},
    metadata: { occurredAt, traceparent, correlationId, causationId: orderId, actor: principal },
    principal,
    commandId: orderId,
    fingerprint: 'fingerprint',
  }
}

async function insertOrder(client: Client, orderId: string): Promise<void> {
  await client.query(
    `INSERT INTO events (era, stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata)
     VALUES (1, $1, 'order', 1, 'OrderConfirmed', 1, '{}', 'blocker', $1, '{}') ON CONFLICT DO NOTHING`,
    [`order-${orderId}`],
  )
}
