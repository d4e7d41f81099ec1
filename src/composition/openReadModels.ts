import type { Config } from '../config.js'
import type { LogIdentity } from '../contract/logIdentity.js'
import { type Readiness, reachable, together } from '../health/probes.js'
import type { OpenedAnnouncementFeed } from '../read/announcementFeed.js'
import type { DocumentCache } from '../read/cache/documentCache.js'
import { InProcessDocumentCache } from '../read/cache/inProcessDocumentCache.js'
import { NO_DOCUMENT_CACHE } from '../read/cache/noDocumentCache.js'
import { openRedisDocumentCache } from '../read/cache/redis/openRedisDocumentCache.js'
import { openElasticsearchReadStore } from '../read/elasticsearch/openElasticsearchReadStore.js'
import type { GenerationRegistry } from '../read/generationRegistry.js'
import { openKafkaAnnouncementFeed } from '../read/kafka/kafkaAnnouncementFeed.js'
import { openPostgresAnnouncementFeed } from '../read/postgres/openPostgresAnnouncementFeed.js'
import { openPostgresReadStore } from '../read/postgres/openPostgresReadStore.js'
import {
  type OpenedGenerationRegistry,
  openPostgresGenerationRegistry,
} from '../read/postgres/postgresGenerationRegistry.js'
import type { ReadStore } from '../read/readStore.js'
import type { Assembly } from './assembly.js'
import { type Dependency, KAFKA, whenReachable } from './patience.js'

/** Where projections are written and queries are answered from. */
export interface ReadModels
  extends Pick<ReadStore, 'documents' | 'inventory' | 'queries' | 'parked' | 'generations' | 'status'> {
  readonly registry: GenerationRegistry
  readonly feed: OpenedAnnouncementFeed
  readonly cache: DocumentCache
  readonly readiness: Readiness
}

interface Installation extends LogIdentity {
  readonly databaseUrl: string
}

export async function openReadModels(assembly: Assembly, installation: Installation): Promise<ReadModels> {
  const { starting } = assembly
  const store = await openStore(assembly, installation)
  starting.defer(() => store.close())
  const registry = await openRegistry(assembly, installation)
  starting.defer(() => registry.close())
  const feed = await openFeed(assembly, installation)
  starting.defer(() => feed.close())
  return {
    documents: store.documents,
    inventory: store.inventory,
    queries: store.queries,
    parked: store.parked,
    generations: store.generations,
    status: store.status,
    registry,
    feed,
    cache: await openCache(assembly, installation),
    readiness: together(reachable('read store', store), reachable('announcements', feed)),
  }
}

function openStore(assembly: Assembly, { databaseUrl, installationId, historyId }: Installation): Promise<ReadStore> {
  const logger = assembly.logger.child({ part: 'read store' })
  const { elasticsearch } = assembly.config
  if (!elasticsearch) {
    const open = () => openPostgresReadStore({ databaseUrl, logger })
    return whenReachable({ name: 'the read store', variable: 'DATABASE_URL', open }, assembly)
  }
  const open = () => openElasticsearchReadStore({ ...elasticsearch, installationId, historyId, logger })
  return whenReachable({ name: 'Elasticsearch', variable: 'ELASTICSEARCH_URL', open }, assembly)
}

function openRegistry(assembly: Assembly, { databaseUrl }: Installation): Promise<OpenedGenerationRegistry> {
  const logger = assembly.logger.child({ part: 'read store' })
  const open = () => openPostgresGenerationRegistry({ databaseUrl, logger })
  return whenReachable({ name: 'the registry of generations', variable: 'DATABASE_URL', open }, assembly)
}

/** The server that announcements come from. */
export function feedOf({ kafka }: Config): Omit<Dependency<unknown>, 'open'> {
  return kafka ? KAFKA : { name: 'the feed of announcements', variable: 'DATABASE_URL' }
}

/** Announcements go the way of the bus: a process that reads one can reach the other. */
function openFeed(assembly: Assembly, { databaseUrl, installationId }: Installation): Promise<OpenedAnnouncementFeed> {
  const logger = assembly.logger.child({ part: 'announcements' })
  const { kafka } = assembly.config
  const open = (): Promise<OpenedAnnouncementFeed> =>
    kafka
      ? openKafkaAnnouncementFeed({ kafka, installationId, logger })
      : openPostgresAnnouncementFeed({ databaseUrl, logger })
  return whenReachable({ ...feedOf(assembly.config), open }, assembly)
}

async function openCache(
  { config, logger, starting }: Assembly,
  { installationId, historyId }: Installation,
): Promise<DocumentCache> {
  if (config.redis) {
    const cache = await openRedisDocumentCache({
      ...config.redis,
      installationId,
      historyId,
      logger: logger.child({ part: 'cache' }),
    })
    starting.defer(() => cache.close())
    return cache
  }
  // The lock on the data directory says that nobody else projects into this installation; a cache in a process knows nothing of others.
  const isAlone = config.role === 'all' && config.database.kind === 'embedded' && !config.kafka
  return isAlone ? new InProcessDocumentCache() : NO_DOCUMENT_CACHE
}
