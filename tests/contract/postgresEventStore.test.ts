import { PrismaPg } from '@prisma/adapter-pg'
import { pino } from 'pino'
import { PrismaClient } from '../../src/generated/prisma/client.js'
import { PostgresEventStore } from '../../src/write/eventStore/postgresEventStore.js'
import { migrateEventLog } from '../../src/write/migrate.js'
import { createTestDatabase } from '../support/postgres.js'
import { eventStoreConformance } from './eventStore.conformance.js'

eventStoreConformance('PostgresEventStore', async () => {
  const database = await createTestDatabase()
  await migrateEventLog(database.url, pino({ level: 'silent' }))
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max: 6 }) })
  return {
    store: new PostgresEventStore(prisma, () => undefined),
    close: async () => {
      await prisma.$disconnect()
      await database.drop()
    },
  }
})
