import type { Client } from '@elastic/elasticsearch'
import type { Logger } from 'pino'
import type { ProjectionName } from '../../contract/documents.js'
import type { LogIdentity } from '../../contract/logIdentity.js'
import type { ReadStore } from '../readStore.js'
import { createElasticsearch } from './client.js'
import { ElasticsearchDocumentInventory } from './elasticsearchDocumentInventory.js'
import { ElasticsearchDocumentStore } from './elasticsearchDocumentStore.js'
import { ElasticsearchGenerations, parkedAlias } from './elasticsearchGenerations.js'
import { ElasticsearchParkedStreams } from './elasticsearchParkedStreams.js'
import { ElasticsearchProjectionStatusBoard } from './elasticsearchProjectionStatusBoard.js'
import { aliasOf, ensureIndex } from './indices.js'
import { DOCUMENT_INDICES, type IndexPlan, PARKED_STREAMS, PROJECTION_STATUS } from './mappings.js'
import { toldToOperator } from './operatorFault.js'
import { ElasticsearchOrderQueries } from './queries/elasticsearchOrderQueries.js'
import { SearchedIndex } from './queries/searchedIndex.js'
import { orUnavailable } from './translateErrors.js'

/** Less than the probe, so that an index without a shard is told apart from a server that does not answer. */
const PROBE_WAIT_MS = 1_000
const PROBE_TIMEOUT_MS = 2_000

export interface ElasticsearchReadStoreOptions {
  readonly url: string
  /** In front of every index and alias. */
  readonly prefix: string
  /** Stands in every index; those of another installation are refused. */
  readonly installationId: string
  /** Of the log that the indices are filled from. Default: the installation's id, as of a log that was never restored. */
  readonly historyId?: string
  readonly logger: Logger
}

/** The read store in Elasticsearch, its indices made where they are missing. Throws StoreUnavailable, UnusableIndex. */
export async function openElasticsearchReadStore({
  url,
  prefix,
  installationId,
  historyId = installationId,
  logger,
}: ElasticsearchReadStoreOptions): Promise<ReadStore> {
  const client = createElasticsearch(url)
  try {
    const { orders, orderTimelines, customers, products, parked, status } = await toldToOperator(async () => {
      // By itself, so that a server of another kind is told once.
      await orUnavailable(() => client.cluster.health())
      return ensureIndices(client, prefix, { installationId, historyId })
    })
    const documents = { orders, orderTimelines, customers, products }
    const aliases = [...Object.values(documents), parked, status].map(({ alias }) => alias)
    return {
      documents: new ElasticsearchDocumentStore(client, documents),
      inventory: new ElasticsearchDocumentInventory(client, documents),
      queries: new ElasticsearchOrderQueries(
        new SearchedIndex(client, orders.alias),
        new SearchedIndex(client, products.alias),
      ),
      // What an operator asks for through a gateway is meant for the generation that is current then.
      parked: new ElasticsearchParkedStreams(client, { ...parked, writes: parked.alias }),
      status: new ElasticsearchProjectionStatusBoard(client, status),
      generations: new ElasticsearchGenerations(client, prefix, { installationId, historyId }),
      isReachable: () => isReachable(client, aliases, logger),
      close: () => client.close(),
    }
  } catch (error) {
    await client.close()
    throw error
  }
}

async function ensureIndices(client: Client, prefix: string, log: LogIdentity) {
  const ensure = (alias: string, plan: IndexPlan) => ensureIndex(client, alias, plan, log)
  const ofProjection = (name: ProjectionName) => ensure(aliasOf(prefix, name), DOCUMENT_INDICES[name])
  const [orders, orderTimelines, customers, products, parked, status] = await Promise.all([
    ofProjection('orders'),
    ofProjection('orderTimelines'),
    ofProjection('customers'),
    ofProjection('products'),
    ensure(parkedAlias(prefix), PARKED_STREAMS),
    ensure(`${prefix}projection-status`, PROJECTION_STATUS),
  ])
  return { orders, orderTimelines, customers, products, parked, status }
}

/** Whether every index has a shard that answers. */
async function isReachable(client: Client, aliases: readonly string[], logger: Logger): Promise<boolean> {
  try {
    await orUnavailable(() =>
      client.cluster.health(
        { index: [...aliases], wait_for_status: 'yellow', timeout: `${PROBE_WAIT_MS}ms` },
        { requestTimeout: PROBE_TIMEOUT_MS, maxRetries: 0 },
      ),
    )
    return true
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    logger.warn({ reason }, 'Elasticsearch does not answer for the indices of the read store')
    return false
  }
}
