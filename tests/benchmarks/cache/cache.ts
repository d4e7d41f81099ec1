import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { CachedDocuments } from '../../../src/read/cache/cachedDocuments.js'
import type { DocumentCache } from '../../../src/read/cache/documentCache.js'
import { InProcessDocumentCache } from '../../../src/read/cache/inProcessDocumentCache.js'
import { openRedisDocumentCache } from '../../../src/read/cache/redis/openRedisDocumentCache.js'
import type { DocumentStore } from '../../../src/read/documentStore.js'
import { openElasticsearchReadStore } from '../../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { openPostgresReadStore } from '../../../src/read/postgres/openPostgresReadStore.js'
import { startStack } from '../../support/stack/startStack.js'
import { discardDataDir, makeTestFolder } from '../../support/throwAwayServer.js'
import type { Bench, Benchmark, BenchmarkResult, Comparison } from '../benchmark.js'
import { compareRates, inTurns } from '../rounds.js'
import { fillWithOrders } from './orders.js'
import { coldReadsPerSecond, readsAfterWritePerSecond, readsPerSecond } from './reads.js'

const ORDERS = 30_000
const HOT_ORDERS = 200
const GATEWAYS = 4
const ROUNDS = 3

export const cache: Benchmark = {
  name: 'cache',
  title: `Orders by id, through the cache and from the store itself (${ORDERS.toLocaleString('en-US')} orders)`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const directory = await makeTestFolder()
  open.defer(() => discardDataDir(directory))
  const { parts, missing, stop } = await startStack({
    directory,
    logger,
    purpose: 'measure',
    parts: ['redis', 'elasticsearch'],
  })
  open.defer(stop)
  const installationId = randomUUID()

  const postgres = await openPostgresReadStore({ databaseUrl: await server.createDatabase(), logger })
  open.defer(() => postgres.close())
  const stores: NamedStore[] = [{ name: 'PostgreSQL', documents: postgres.documents }]
  const elasticsearchUrl = parts.elasticsearch?.address
  if (elasticsearchUrl !== undefined) {
    const options = { url: elasticsearchUrl, prefix: 'bench-', installationId, logger }
    const elasticsearch = await openElasticsearchReadStore(options)
    open.defer(() => elasticsearch.close())
    stores.push({ name: 'Elasticsearch', documents: elasticsearch.documents })
  }
  const redisUrl = parts.redis?.address
  const openRedis = async (): Promise<DocumentCache> => {
    // Another prefix each time, so that every round begins with an empty cache.
    const options = { url: redisUrl ?? '', prefix: `bench-${randomUUID()}:`, installationId, logger }
    const redis = await openRedisDocumentCache(options)
    open.defer(() => redis.close())
    return redis
  }
  const comparisons: Comparison[] = []
  for (const store of stores) {
    const ids = await fillWithOrders(store.documents, ORDERS)
    await store.documents.makeSearchable()
    if (store.name === 'PostgreSQL') {
      const openInProcess = () => Promise.resolve(new InProcessDocumentCache())
      comparisons.push(...(await compareReads(store, ids, 'in process', openInProcess, logger)))
    }
    if (redisUrl !== undefined) comparisons.push(...(await compareReads(store, ids, 'Redis', openRedis, logger)))
  }
  return {
    comparisons,
    notes: [
      `Hot: ${HOT_ORDERS} orders by turns. Cold: each order once within the life of an entry, so that the cache is asked and filled for nothing. After a change: ${GATEWAYS} gateways read it one after the other, once it is announced.`,
      ...Object.entries(missing).map(([part, reason]) => `Without ${part}: ${reason}.`),
    ],
  }
}

interface NamedStore {
  readonly name: string
  readonly documents: DocumentStore
}

/** openCache: a new one, empty, for each round. */
async function compareReads(
  { name, documents }: NamedStore,
  ids: readonly string[],
  cacheName: string,
  openCache: () => Promise<DocumentCache>,
  logger: Logger,
): Promise<readonly Comparison[]> {
  const hot = ids.slice(0, HOT_ORDERS)
  const cached = async () => new CachedDocuments(documents, await openCache())
  const rates = await inTurns(
    {
      hot: async () => readsPerSecond(await cached(), hot),
      hotStore: () => readsPerSecond(documents, hot),
      cold: async () => coldReadsPerSecond(await cached(), ids),
      coldStore: () => readsPerSecond(documents, ids),
      changed: async () => readsAfterWritePerSecond(documents, await openCache(), GATEWAYS, logger),
      changedStore: () => readsAfterWritePerSecond(documents, undefined, GATEWAYS, logger),
    },
    ROUNDS,
  )
  const compare = (what: string, ours: readonly number[], reference: readonly number[]) =>
    compareRates(
      { name: `${what}, cache ${cacheName} before ${name}`, rates: ours },
      { name: `${name} itself`, rates: reference },
    )
  return [
    compare('hot', rates.hot, rates.hotStore),
    compare('cold', rates.cold, rates.coldStore),
    compare('after a change', rates.changed, rates.changedStore),
  ]
}
