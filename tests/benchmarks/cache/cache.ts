import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { CachedDocuments } from '../../../src/read/cache/cachedDocuments.js'
import type { DocumentCache } from '../../../src/read/cache/documentCache.js'
import { InProcessDocumentCache } from '../../../src/read/cache/inProcessDocumentCache.js'
import { openRedisDocumentCache } from '../../../src/read/cache/redis/openRedisDocumentCache.js'
import type { DocumentStore } from '../../../src/read/documentStore.js'
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
  const { parts, missing, stop } = await startStack({ directory, logger, parts: ['redis'] })
  open.defer(stop)

  const postgres = await openPostgresReadStore({ databaseUrl: await server.createDatabase(), logger })
  open.defer(() => postgres.close())
  const comparisons: Comparison[] = []
  comparisons.push(
    ...(await compareReads(
      { name: 'PostgreSQL', documents: postgres.documents },
      'in process',
      () => Promise.resolve(new InProcessDocumentCache()),
      logger,
    )),
  )
  const redisUrl = parts.redis?.address
  if (redisUrl !== undefined) {
    const openRedis = async () => {
      const redis = await openRedisDocumentCache({
        url: redisUrl,
        prefix: 'bench:',
        installationId: randomUUID(),
        logger,
      })
      open.defer(() => redis.close())
      return redis
    }
    comparisons.push(
      ...(await compareReads({ name: 'PostgreSQL', documents: postgres.documents }, 'Redis', openRedis, logger)),
    )
  }
  return {
    comparisons,
    notes: [
      `Hot: ${HOT_ORDERS} orders by turns. Cold: each order once within the life of an entry, so that the cache is asked and filled for nothing. After a change: ${GATEWAYS} gateways read it one after the other, once it is announced.`,
      ...(missing.redis === undefined ? [] : [`Without Redis: it ${missing.redis}.`]),
    ],
  }
}

interface NamedStore {
  readonly name: string
  readonly documents: DocumentStore
}

/** Every round begins with an empty cache. */
async function compareReads(
  { name, documents }: NamedStore,
  cacheName: string,
  openCache: () => Promise<DocumentCache>,
  logger: Logger,
): Promise<readonly Comparison[]> {
  const present = await documents.get('orders', ['order-1'])
  const ids = present.size > 0 ? idsOf(ORDERS) : await fillWithOrders(documents, ORDERS)
  await documents.makeSearchable()
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

function idsOf(orders: number): readonly string[] {
  return Array.from({ length: orders }, (_, index) => `order-${index + 1}`)
}
