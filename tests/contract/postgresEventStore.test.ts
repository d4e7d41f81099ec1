import { PrismaPg } from '@prisma/adapter-pg'
import { pino } from 'pino'
import { PrismaClient } from '../../src/generated/prisma/client.js'
import { migrateEventLog } from '../../src/write/eventStore/migrate.js'
import { PostgresEventStore } from '../../src/write/eventStore/postgresEventStore.js'
import { createTestDatabase } from '../support/postgres.js'
import { eventStoreConformance } from './eventStore.conformance.js'

eventStoreConformance('PostgresEventStore', async () => {
  const database = await createTestDatabase()
  const logger = pino({ level: 'silent' })
  await migrateEventLog(database.url, logger)
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max: 6 }) })
  return {
    store: new PostgresEventStore(prisma, () => undefined, logger),
    close: async () => {
      await prisma.$disconnect()
      await database.drop()
    },
  }
})
