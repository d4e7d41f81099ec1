import type { Client } from '@elastic/elasticsearch'
import type { Revision } from '../documentStore.js'
import { revisionOf } from './revision.js'
import { orUnavailable, refusal } from './translateErrors.js'

/**
 * Reads by id ask one and the same copy of a shard, as long as it lives: a write is on one copy a moment before it is on the other, so that
 * whoever asked now this one, now that one, could see a document go back. One name for all ids, because a request has one for all it asks for.
 */
const ONE_COPY = 'by-id'
/** The errors of single documents come without a status, and none of them is about what was asked. */
const SHARD_FAULT = 503

export interface FoundById<Source> {
  readonly id: string
  readonly source: Source
  readonly revision: Revision
}

/**
 * What is stored under these ids, each acknowledged write included: reads by id are real-time, no refresh is needed. What is not there is left
 * out. Throws StoreUnavailable, also where a single one could not be looked for.
 */
export async function multiGet<Source>(
  client: Client,
  index: string,
  ids: readonly string[],
): Promise<readonly FoundById<Source>[]> {
  if (ids.length === 0) return []
  const { docs } = await orUnavailable(() =>
    // The whole source, also where a part would do: to take it apart costs Elasticsearch more than to send it (1,000 orders: 34 ms, not 28).
    client.mget<Source>({ index, ids: [...new Set(ids)], preference: ONE_COPY }),
  )
  return docs.flatMap((doc) => {
    // With status 200 for the whole: a shard that is not there must not read as a document that is not there.
    if ('error' in doc) throw refusal(SHARD_FAULT, doc.error.type)
    return doc.found && doc._source !== undefined
      ? [{ id: doc._id, source: doc._source, revision: revisionOf(doc) }]
      : []
  })
}
