import { pino } from 'pino'
import { LogSignal } from '../../src/bus/postgresLog/logSignal.js'
import { PostgresLogBus } from '../../src/bus/postgresLog/postgresLogBus.js'
import { migrateEventLog } from '../../src/write/eventStore/migrate.js'
import { MemoryCheckpoints } from '../support/memory/memoryCheckpoints.js'
import { MemoryEventBus } from '../support/memory/memoryEventBus.js'
import { MemoryEventLog } from '../support/memory/memoryEventLog.js'
import { createTestDatabase } from '../support/postgres.js'
import { insertRawEvent, openSession } from '../support/rawLog.js'
import { orderConfirmed } from '../support/sampleEvents.js'
import { describeEventBus } from './eventBus.conformance.js'

describeEventBus('MemoryEventBus', () => {
  const log = new MemoryEventLog()
  return Promise.resolve({
    bus: new MemoryEventBus(log),
    append: async (events) => {
      for (const [streamId] of events) log.append(streamId, orderConfirmed())
    },
    close: () => Promise.resolve(),
  })
})

describeEventBus('PostgresLogBus', async () => {
  const logger = pino({ level: 'silent' })
  const database = await createTestDatabase()
  await migrateEventLog(database.url, logger)
  const writer = await openSession(database.url)
  const signal = new LogSignal()
  const bus = await PostgresLogBus.open({
    databaseUrl: database.url,
    checkpoints: new MemoryCheckpoints(),
    signal,
    logger,
  })
  return {
    bus,
    append: async (events) => {
      for (const [streamId, version] of events) await insertRawEvent(writer, { streamId, version })
      signal.notify()
    },
    close: async () => {
      await bus.close()
      await writer.end()
      await database.drop()
    },
  }
})
