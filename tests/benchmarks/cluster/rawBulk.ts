import type { Client } from '@elastic/elasticsearch'
import type { Logger } from 'pino'
import type { DocumentWrite } from '../../../src/read/documentStore.js'
import { createElasticsearch } from '../../../src/read/elasticsearch/client.js'
import { openElasticsearchReadStore } from '../../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { toSource } from '../../../src/read/elasticsearch/orderSource.js'
import { toProductSource } from '../../../src/read/elasticsearch/productSource.js'
import { inLanes } from '../inLanes.js'

export type Bulk = readonly {
  readonly projection: DocumentWrite['projection']
  readonly id: string
  readonly source: object
}[]

export function bulkOf(writes: readonly DocumentWrite[]): Bulk {
  return writes.map((write) => ({ projection: write.projection, id: write.document.id, source: sourceOf(write) }))
}

function sourceOf(write: DocumentWrite): object {
  if (write.projection === 'orders') return toSource(write.document)
  return write.projection === 'products' ? toProductSource(write.document) : { document: write.document }
}

/** Seconds that Elasticsearch takes for the same documents, without compare-and-set and without judging items. */
export async function bulkAll(
  { url, prefix }: { readonly url: string; readonly prefix: string },
  bulks: readonly Bulk[],
  installationId: string,
  logger: Logger,
): Promise<number> {
  // Makes the indices.
  await (await openElasticsearchReadStore({ url, prefix, installationId, logger })).close()
  const client = createElasticsearch(url)
  try {
    const startedAt = performance.now()
    await inLanes(bulks, (bulk) => send(client, prefix, bulk))
    return (performance.now() - startedAt) / 1_000
  } finally {
    await client.close()
  }
}

const ALIASES = { orders: 'orders', orderTimelines: 'order-timelines', customers: 'customers', products: 'products' }

async function send(client: Client, prefix: string, bulk: Bulk): Promise<void> {
  const operations = bulk.flatMap(({ projection, id, source }) => [
    { index: { _index: `${prefix}${ALIASES[projection]}`, _id: id } },
    source,
  ])
  const { errors } = await client.bulk({ operations })
  if (errors) throw new Error('Expected every document of the raw bulk to be taken.')
}
