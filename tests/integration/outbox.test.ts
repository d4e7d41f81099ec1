import { pino } from 'pino'
import { expect, it } from 'vitest'
import { LogSignal } from '../../src/bus/postgresLog/logSignal.js'
import { PostgresLogBus } from '../../src/bus/postgresLog/postgresLogBus.js'
import { MemoryCheckpoints } from '../support/memory/memoryCheckpoints.js'
import { createTestDatabase } from '../support/postgres.js'
import { ADDRESS, contextOf, createOrderRequest, openTestWriteSide, stock } from '../support/writeSide.js'

it('carries the same envelopes as those who read the log itself are given', async () => {
  const database = await createTestDatabase()
  const write = await openTestWriteSide(database.url)
  await stock(write)
  // What is hard to write as JSON: it stands in clear in the event.
  const shippingAddress = { ...ADDRESS, region: 'Y"\\é 🛒' }
  await write.handlers.order({ ...createOrderRequest(), shippingAddress }, contextOf())
  const options = { checkpoints: new MemoryCheckpoints(), signal: new LogSignal(), logger: pino({ level: 'silent' }) }
  const bus = await PostgresLogBus.open({ databaseUrl: database.url, ...options })
  const signal = AbortSignal.timeout(5_000)
  const slice = await (await bus.subscribe('reader')).next(100, signal)
  const page = await (await bus.outbox.subscribe('relay')).next(100, signal)
  expect(slice?.events.length).toBeGreaterThan(2)
  expect(page?.events.map(({ envelope }) => JSON.parse(envelope))).toEqual(slice?.events)
  for (const [index, event] of (slice?.events ?? []).entries()) {
    const { metadata, recordedAt: _, data: __, ...outside } = event
    expect(page?.events[index]).toMatchObject({ ...outside, traceparent: metadata.traceparent })
  }
  await bus.close()
  await write.close()
  await database.drop()
})
