import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventConsumer } from '../../src/bus/eventBus.js'
import { LogListener } from '../../src/bus/postgresLog/logListener.js'
import { LogSignal } from '../../src/bus/postgresLog/logSignal.js'
import { PostgresLogBus } from '../../src/bus/postgresLog/postgresLogBus.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { compareGlobalPositions, START_OF_LOG } from '../../src/contract/globalPosition.js'
import { isRetriable } from '../../src/waiting/isRetriable.js'
import { migrateEventLog } from '../../src/write/eventStore/migrate.js'
import { eventually } from '../support/eventually.js'
import { MemoryCheckpoints } from '../support/memory/memoryCheckpoints.js'
import { createTestDatabase, startPrivateServer, type TestDatabase } from '../support/postgres.js'
import { insertRawEvent, openSession } from '../support/rawLog.js'
import type { ThrowAwayServer } from '../support/throwAwayServer.js'

const logger = pino({ level: 'silent' })
const never = new AbortController().signal

/** A server of its own: these tests hold transactions open, which holds back every reader of the cluster. */
let server: ThrowAwayServer
let database: TestDatabase
const buses: PostgresLogBus[] = []
const sessions: Awaited<ReturnType<typeof openSession>>[] = []
const checkpoints = { current: new MemoryCheckpoints() }

beforeAll(async () => {
  server = await startPrivateServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  database = await createTestDatabase(server.url)
  await migrateEventLog(database.url, logger)
  checkpoints.current = new MemoryCheckpoints()
})
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()))
  await Promise.all(sessions.splice(0).map((each) => each.end()))
  await database.drop()
})

async function openBus(): Promise<PostgresLogBus> {
  const bus = await PostgresLogBus.open({
    databaseUrl: database.url,
    checkpoints: checkpoints.current,
    signal: new LogSignal(),
    logger,
  })
  buses.push(bus)
  return bus
}

async function session() {
  const client = await openSession(database.url)
  sessions.push(client)
  return client
}

/** Reads in the background until stopped; commits what it has read. Asks again where its connection was killed, as a projector does. */
function readInBackground(consumer: EventConsumer) {
  const events: EventEnvelope[] = []
  const stop = new AbortController()
  const readOn = async (): Promise<void> => {
    for (let slice = await consumer.next(7, stop.signal); slice; slice = await consumer.next(7, stop.signal)) {
      events.push(...slice.events)
      await consumer.commit(slice)
    }
  }
  const readOnAgain = (error: unknown): Promise<void> => {
    if (!isRetriable(error)) throw error
    return readOn().catch(readOnAgain)
  }
  const running = readOn().catch(readOnAgain)
  return {
    events,
    stop: async () => {
      stop.abort()
      await running
    },
  }
}

const told = (events: readonly EventEnvelope[]) => events.map((event) => `${event.streamId} ${event.streamVersion}`)

describe('the log below the horizon', () => {
  it('INV-3 NO-LOST-EVENT: an event that was numbered first and commits last is read, and in front of none that was read before', async () => {
    const [slow, fast] = [await session(), await session()]
    const reader = readInBackground(await (await openBus()).subscribe('group'))
    await slow.query('BEGIN')
    await insertRawEvent(slow, { streamId: 'order-slow', version: 1 })
    await insertRawEvent(fast, { streamId: 'order-fast', version: 1 })
    await delay(100)
    // Committed, yet hidden: showing it would move the reader past the slow one.
    expect(reader.events).toEqual([])
    await slow.query('COMMIT')
    await eventually(() => reader.events.length === 2)
    expect(told(reader.events)).toEqual(['order-slow 1', 'order-fast 1'])
    await reader.stop()
  })

  it('INV-3 NO-LOST-EVENT: what is rolled back delays the others and is never seen', async () => {
    const [doomed, fast] = [await session(), await session()]
    const reader = readInBackground(await (await openBus()).subscribe('group'))
    await doomed.query('BEGIN')
    await insertRawEvent(doomed, { streamId: 'order-doomed', version: 1 })
    await insertRawEvent(fast, { streamId: 'order-fast', version: 1 })
    await doomed.query('ROLLBACK')
    await insertRawEvent(fast, { streamId: 'order-fast', version: 2 })
    await eventually(() => reader.events.length === 2)
    expect(told(reader.events)).toEqual(['order-fast 1', 'order-fast 2'])
    await reader.stop()
  })

  it('INV-3 NO-LOST-EVENT: of many writers that commit late, out of order or not at all, each committed event is read once', async () => {
    const bus = await openBus()
    const reader = readInBackground(await bus.subscribe('group'))
    const committed: string[] = []
    const writers = Array.from({ length: 8 }, async (_, index) => {
      const writer = await session()
      const streamId = `order-${index}`
      let version = 1
      for (let round = 0; round < 40; round += 1) {
        await writer.query('BEGIN')
        // Some take their transaction id long before they write, some hold it open after.
        if (round % 3 === 0) await writer.query('SELECT pg_current_xact_id(), pg_sleep(random() * 0.01)')
        const first = version
        for (let count = 0; count <= round % 3; count += 1)
          await insertRawEvent(writer, { streamId, version: version++ })
        if (round % 4 === 1) await writer.query('SELECT pg_sleep(random() * 0.02)')
        const keep = (round * 7 + index) % 5 !== 0
        await writer.query(keep ? 'COMMIT' : 'ROLLBACK')
        if (!keep) version = first
        else for (let each = first; each < version; each += 1) committed.push(`${streamId} ${each}`)
      }
    })
    await Promise.all(writers)
    await eventually(() => reader.events.length >= committed.length)
    await reader.stop()
    expect(told(reader.events).sort()).toEqual(committed.sort())
    // INV-4 STREAM-ORDER
    for (const [position, event] of reader.events.entries()) {
      const earlier = reader.events.slice(0, position).filter(({ streamId }) => streamId === event.streamId)
      expect(event.streamVersion).toBe(earlier.length + 1)
    }
  })

  it('reads transaction ids as numbers: 999 comes before 1000', async () => {
    const writer = await session()
    await writer.query('UPDATE installation SET era = 2')
    for (const [version, transactionId] of ['9', '10', '99', '100', '999', '1000'].entries()) {
      await insertRawEvent(writer, { streamId: 'order-1', version: version + 1, era: 1, transactionId })
    }
    const consumer = await (await openBus()).subscribe('group')
    const read: number[] = []
    while (read.length < 6) {
      const slice = await consumer.next(1, AbortSignal.timeout(5_000))
      read.push(...(slice?.events ?? []).map((event) => event.streamVersion))
    }
    expect(read).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('reads what was written before a restore, whose transaction ids are beyond those of this server', async () => {
    const writer = await session()
    await insertRawEvent(writer, { streamId: 'order-1', version: 1, era: 1, transactionId: '888888888888' })
    await writer.query('UPDATE installation SET era = 2')
    await insertRawEvent(writer, { streamId: 'order-1', version: 2 })
    const consumer = await (await openBus()).subscribe('group')
    const slice = await consumer.next(10, AbortSignal.timeout(5_000))
    expect(told(slice?.events ?? [])).toEqual(['order-1 1', 'order-1 2'])
  })

  it('finds its place by the index, however long the log', async () => {
    const writer = await session()
    await writer.query(`
      INSERT INTO events (era, stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata)
      SELECT 1, 'order-' || n, 'order', 1, 'OrderConfirmed', 1, '{}', 'local', 'command-' || n, '{}' FROM generate_series(1, 20000) n`)
    await writer.query('ANALYZE events')
    const { rows } = await writer.query<{ 'QUERY PLAN': string }>(`
      EXPLAIN SELECT * FROM events e
      WHERE (e.era, e.transaction_id, e.position) > (1, '5'::xid8, 15000)
        AND (e.era, e.transaction_id) < ((SELECT i.era FROM installation i), pg_snapshot_xmin(pg_current_snapshot()))
      ORDER BY e.era, e.transaction_id, e.position LIMIT 100`)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('Index Scan using events_in_log_order')
    expect(plan).toMatch(/Index Cond: .*era.* < /)
    expect(plan).not.toContain('Sort')
  })
})

describe('a consumer group on the log', () => {
  it('INV-5 CHECKPOINT: never goes back and never passes an event that nobody was given, while active consumers are killed', async () => {
    const writer = await session()
    const consumers = [await (await openBus()).subscribe('group'), await (await openBus()).subscribe('group')]
    const readers = consumers.map(readInBackground)
    const seen = () => readers.flatMap((reader) => reader.events)
    for (let version = 1; version <= 120; version += 1) {
      await insertRawEvent(writer, { streamId: 'order-1', version })
      if (version % 30 === 0) {
        await eventually(() => seen().length > 0)
        await writer.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order-gateway log consumer' AND datname = current_database()",
        )
      }
    }
    await eventually(() => new Set(told(seen())).size === 120)
    const history = () => checkpoints.current.history('group')
    const last = seen().find(({ streamVersion }) => streamVersion === 120)?.position
    // Also of a slice whose consumer was killed before its commit: another one is given it again.
    await eventually(() => history().some((position) => last && compareGlobalPositions(position, last) === 0))
    await Promise.all(readers.map((reader) => reader.stop()))
    await Promise.all(consumers.map((consumer) => consumer.close()))
    for (const [index, position] of history().entries()) {
      expect(compareGlobalPositions(position, history()[index - 1] ?? START_OF_LOG)).toBeGreaterThan(0)
    }
    expect(history().at(-1)).toEqual(last)
  })

  it('lets one consumer work and the others stand by', async () => {
    const writer = await session()
    await insertRawEvent(writer, { streamId: 'order-1', version: 1 })
    const [first, second] = [await (await openBus()).subscribe('group'), await (await openBus()).subscribe('group')]
    const slice = await first.next(10, never)
    expect(slice?.events).toHaveLength(1)
    await expect(second.next(10, AbortSignal.timeout(300))).resolves.toBeUndefined()
  })
})

describe('waking up', () => {
  it('listens to other processes, and again after its connection was lost', async () => {
    const writer = await session()
    const signal = new LogSignal()
    const listener = new LogListener(database.url, signal, logger)
    await listener.start()
    try {
      const rung = async (ring: () => Promise<unknown>) => {
        const before = signal.rings
        await ring()
        await eventually(() => signal.rings > before)
      }
      await rung(() => writer.query('NOTIFY events'))
      await rung(() =>
        writer.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order-gateway log listener' AND datname = current_database()",
        ),
      )
      await rung(() => writer.query('NOTIFY events'))
    } finally {
      await listener.stop()
    }
  })
})

describe('looking at the log', () => {
  it('counts what lies behind a position, the hidden too, and tells the age of the oldest', async () => {
    const writer = await session()
    const { observer } = await openBus()
    expect(await observer.lagBehind(START_OF_LOG)).toMatchObject({ events: 0, seconds: 0 })
    await insertRawEvent(writer, { streamId: 'order-1', version: 1, ageSeconds: 60 })
    await insertRawEvent(writer, { streamId: 'order-1', version: 2 })
    const lag = await observer.lagBehind(START_OF_LOG)
    expect(lag.events).toBe(2)
    expect(lag.seconds).toBeGreaterThanOrEqual(60)
    expect(lag.seconds).toBeLessThan(70)
  })

  it('tells how long something has been holding readers back', async () => {
    const [writer, other] = [await session(), await session()]
    const { observer } = await openBus()
    await other.query('BEGIN')
    await other.query('SELECT pg_current_xact_id()')
    await insertRawEvent(writer, { streamId: 'order-1', version: 1, ageSeconds: 60 })
    expect(await observer.horizonAge()).toBeGreaterThanOrEqual(60)
    await other.query('COMMIT')
    // Transactions of other tests come and go on this server.
    await eventually(async () => (await observer.horizonAge()) < 30)
  })

  it('gives the heads of streams up to the first event that is too young', async () => {
    const writer = await session()
    const { observer } = await openBus()
    await insertRawEvent(writer, { streamId: 'order-1', version: 1, ageSeconds: 60 })
    await insertRawEvent(writer, { streamId: 'order-1', version: 2, ageSeconds: 60 })
    await insertRawEvent(writer, { streamId: 'order-2', version: 1, ageSeconds: 60 })
    await insertRawEvent(writer, { streamId: 'order-3', version: 1 })
    await insertRawEvent(writer, { streamId: 'order-4', version: 1, ageSeconds: 60 })
    const first = await observer.settledHeads(START_OF_LOG, 2, 30_000)
    expect([...first.heads]).toEqual([['order-1', 2]])
    const second = await observer.settledHeads(first.end, 10, 30_000)
    expect([...second.heads]).toEqual([['order-2', 1]])
    expect(await observer.settledHeads(second.end, 10, 30_000)).toEqual({ heads: new Map(), end: second.end })
  })
})
