import type { Client } from '@elastic/elasticsearch'
import type { Logger } from 'pino'
import type { ProjectionName } from '../../contract/documents.js'
import type { DocumentStore } from '../documentStore.js'
import type { OrderQueries } from '../orderQueries.js'
import type { ParkedStreams } from '../parkedStreams.js'
import type { ProjectionStatusBoard } from '../projectionStatus.js'
import { createElasticsearch } from './client.js'
import { ElasticsearchDocumentStore } from './elasticsearchDocumentStore.js'
import { ElasticsearchParkedStreams } from './elasticsearchParkedStreams.js'
import { ElasticsearchProjectionStatusBoard } from './elasticsearchProjectionStatusBoard.js'
import { aliasOf, ensureIndex, UnusableIndex } from './indices.js'
import { DOCUMENT_INDICES, PARKED_STREAMS, PROJECTION_STATUS } from './mappings.js'
import { ElasticsearchOrderQueries } from './queries/elasticsearchOrderQueries.js'
import { SearchedIndex } from './queries/searchedIndex.js'
import { ElasticsearchFault, orUnavailable } from './translateErrors.js'

const PROBE_TIMEOUT_MS = 2_000

export interface ElasticsearchReadStoreOptions {
  readonly url: string
  /** In front of every index and alias. */
  readonly prefix: string
  /** Stands in every index; those of another installation are refused. */
  readonly installationId: string
  readonly logger: Logger
}

export interface ElasticsearchReadStore {
  readonly documents: DocumentStore
  readonly queries: OrderQueries
  readonly parked: ParkedStreams
  readonly status: ProjectionStatusBoard
  isReachable(): Promise<boolean>
  close(): Promise<void>
}

/** The read store in Elasticsearch, its indices made where they are missing. Throws StoreUnavailable, UnusableIndex. */
export async function openElasticsearchReadStore({
  url,
  prefix,
  installationId,
  logger,
}: ElasticsearchReadStoreOptions): Promise<ElasticsearchReadStore> {
  const client = createElasticsearch(url)
  try {
    await checkServer(client)
    const index = (projection: ProjectionName) =>
      ensureIndex(client, aliasOf(prefix, projection), DOCUMENT_INDICES[projection], installationId)
    const indices = {
      orders: await index('orders'),
      orderTimelines: await index('orderTimelines'),
      customers: await index('customers'),
      products: await index('products'),
    }
    const parked = await ensureIndex(client, `${prefix}parked-streams`, PARKED_STREAMS, installationId)
    const status = await ensureIndex(client, `${prefix}projection-status`, PROJECTION_STATUS, installationId)
    return {
      documents: new ElasticsearchDocumentStore(client, indices),
      queries: new ElasticsearchOrderQueries(
        new SearchedIndex(client, aliasOf(prefix, 'orders')),
        new SearchedIndex(client, aliasOf(prefix, 'products')),
      ),
      parked: new ElasticsearchParkedStreams(client, parked),
      status: new ElasticsearchProjectionStatusBoard(client, status),
      isReachable: () => isReachable(client, logger),
      close: () => client.close(),
    }
  } catch (error) {
    await client.close()
    throw error
  }
}

/** Of a major version that this client can speak to. */
async function checkServer(client: Client): Promise<void> {
  try {
    await orUnavailable(() => client.cluster.health())
  } catch (error) {
    if (!(error instanceof ElasticsearchFault)) throw error
    throw new UnusableIndex(
      error.status === 401 || error.status === 403
        ? 'ELASTICSEARCH_URL: expected a user who may write there, found that Elasticsearch refuses this one: correct user and password in it.'
        : `ELASTICSEARCH_URL: expected Elasticsearch 9, found a server that does not speak its language (status ${error.status}, ${error.type}): upgrade it, or correct the address.`,
    )
  }
}

async function isReachable(client: Client, logger: Logger): Promise<boolean> {
  try {
    await orUnavailable(() =>
      client.cluster.health({ timeout: `${PROBE_TIMEOUT_MS}ms` }, { requestTimeout: PROBE_TIMEOUT_MS, maxRetries: 0 }),
    )
    return true
  } catch (error) {
    logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'Elasticsearch does not answer')
    return false
  }
}
