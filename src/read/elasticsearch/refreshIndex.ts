import type { Client } from '@elastic/elasticsearch'
import { StoreUnavailable } from '../documentStore.js'
import { orUnavailable } from './translateErrors.js'

/**
 * Makes everything acknowledged before this call searchable on every copy of the index's one shard. Throws StoreUnavailable.
 *
 * One index a request: of several the answer only tells how many copies there are in all, and a primary that is not there counts as neither
 * refreshed nor failed.
 */
export async function refreshIndex(client: Client, index: string): Promise<void> {
  const { _shards } = await orUnavailable(() => client.indices.refresh({ index }))
  if (!_shards || _shards.failed > 0 || _shards.successful === 0) {
    throw new StoreUnavailable(`A shard of ${index} could not be refreshed; the same may be asked again.`)
  }
}
