import DataLoader from 'dataloader'
import type { Documents, ProjectionName } from '../contract/documents.js'
import type { DocumentStore } from './documentStore.js'
import type { ParkedStream, ParkedStreams } from './parkedStreams.js'

/** Of ids in one multi-get: more of them wait for one another without being read any faster. */
const MAX_IDS = 500

/**
 * Reads that all waiters and watchers of this gateway share: what is asked for in one tick is one multi-get of distinct ids.
 *
 * Remembers nothing: every answer was read after it was asked for, which is what a look after an announcement needs.
 */
export class BatchedDocuments {
  readonly #loaders: { readonly [Name in ProjectionName]: DataLoader<string, Documents[Name] | undefined> }
  readonly #parked: DataLoader<string, readonly ParkedStream[]>

  constructor(documents: Pick<DocumentStore, 'get'>, parked: Pick<ParkedStreams, 'find'>) {
    this.#loaders = {
      orders: documentLoader(documents, 'orders'),
      orderTimelines: documentLoader(documents, 'orderTimelines'),
      customers: documentLoader(documents, 'customers'),
      products: documentLoader(documents, 'products'),
    }
    this.#parked = unrememberingLoader(async (streamIds) => {
      const rows = Map.groupBy(await parked.find(streamIds), ({ streamId }) => streamId)
      return (streamId) => rows.get(streamId) ?? []
    })
  }

  /** Throws StoreUnavailable. */
  load<Name extends ProjectionName>(projection: Name, id: string): Promise<Documents[Name] | undefined> {
    return this.#loaders[projection].load(id)
  }

  /** The projections that stand still on this stream. Throws StoreUnavailable. */
  parkedProjections(streamId: string): Promise<readonly ParkedStream[]> {
    return this.#parked.load(streamId)
  }
}

function documentLoader<Name extends ProjectionName>(
  documents: Pick<DocumentStore, 'get'>,
  projection: Name,
): DataLoader<string, Documents[Name] | undefined> {
  return unrememberingLoader(async (ids) => {
    const found = await documents.get(projection, ids)
    return (id) => found.get(id)?.document
  })
}

/** read: is given distinct keys and returns the answer for each of them. */
function unrememberingLoader<Answer>(
  read: (keys: readonly string[]) => Promise<(key: string) => Answer>,
): DataLoader<string, Answer> {
  return new DataLoader<string, Answer>(
    async (keys) => {
      const answerOf = await read([...new Set(keys)])
      return keys.map(answerOf)
    },
    { cache: false, maxBatchSize: MAX_IDS },
  )
}
