import { pino } from 'pino'
import { openPostgresAnnouncementFeed } from '../../src/read/postgres/openPostgresAnnouncementFeed.js'
import { openPostgresReadStore } from '../../src/read/postgres/openPostgresReadStore.js'
import { openPostgresGenerationRegistry } from '../../src/read/postgres/postgresGenerationRegistry.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { startCuttableProxy } from '../support/cuttableProxy.js'
import { createTestDatabase } from '../support/postgres.js'
import { describeAnnouncementFeed } from './announcementFeed.conformance.js'
import { describeDocumentInventory } from './documentInventory.conformance.js'
import { describeDocumentStore } from './documentStore.conformance.js'
import { describeGenerationRegistry } from './generationRegistry.conformance.js'
import { describeGenerations } from './generations.conformance.js'
import { describeOrderQueries } from './orderQueries.conformance.js'
import { describeParkedStreams } from './parkedStreams.conformance.js'

async function openedReadStore(): Promise<{ readonly readStore: ReadStore; close(): Promise<void> }> {
  const database = await createTestDatabase()
  const readStore = await openPostgresReadStore({ databaseUrl: database.url, logger: pino({ level: 'warn' }) })
  return {
    readStore,
    async close() {
      await readStore.close()
      await database.drop()
    },
  }
}

describeDocumentStore('PostgreSQL', async () => {
  const { readStore, close } = await openedReadStore()
  return { store: readStore.documents, close }
})

describeDocumentInventory('PostgreSQL', openedReadStore)

describeAnnouncementFeed('PostgreSQL', async () => {
  const database = await createTestDatabase()
  const proxy = await startCuttableProxy(database.url)
  const logger = pino({ level: 'fatal' })
  const feed = await openPostgresAnnouncementFeed({ databaseUrl: database.url, logger })
  const far = await openPostgresAnnouncementFeed({ databaseUrl: proxy.url, logger })
  return {
    feed,
    far,
    cut: () => proxy.cut(),
    async close() {
      await far.close()
      await feed.close()
      await proxy.close()
      await database.drop()
    },
  }
})

describeGenerationRegistry('PostgreSQL', async () => {
  const database = await createTestDatabase()
  const options = { databaseUrl: database.url, logger: pino({ level: 'warn' }) }
  const [registry, far] = await Promise.all([
    openPostgresGenerationRegistry(options),
    openPostgresGenerationRegistry(options),
  ])
  return {
    registry,
    far,
    async close() {
      await Promise.all([registry.close(), far.close()])
      await database.drop()
    },
  }
})

describeGenerations('PostgreSQL', async () => {
  const { readStore, close } = await openedReadStore()
  return { ...readStore, close }
})

describeParkedStreams('PostgreSQL', async () => {
  const { readStore, close } = await openedReadStore()
  return { parked: readStore.parked, close }
})

describeOrderQueries('PostgreSQL', async () => {
  const { readStore, close } = await openedReadStore()
  return { documents: readStore.documents, queries: readStore.queries, close }
})
