import DataLoader from 'dataloader'
import type { Documents, ProjectionName } from '../contract/documents.js'
import type { DocumentReader } from './documentStore.js'
import type { ParkedStream, ParkedStreams } from './parkedStreams.js'

/** Of ids in one multi-get: more of them wait for one another without being read any faster. */
const MAX_IDS = 500

/** Of one document, for one asker. */
interface Wanted<Document> {
  readonly id: string
  readonly isEnough: (document: Document) => boolean
}

type DocumentLoader<Name extends ProjectionName> = DataLoader<Wanted<Documents[Name]>, Documents[Name] | undefined>

/**
 * Reads that all waiters and watchers of this gateway share: what is asked for in one tick is one multi-get of distinct ids.
 *
 * Remembers nothing: every answer was read after it was asked for, which is what a look after an announcement needs.
 */
export class BatchedDocuments {
  readonly #loaders: { readonly [Name in ProjectionName]: DocumentLoader<Name> }
  readonly #parked: DataLoader<string, readonly ParkedStream[]>

  constructor(documents: DocumentReader, parked: Pick<ParkedStreams, 'find'>) {
    this.#loaders = {
      orders: documentLoader(documents, 'orders'),
      orderTimelines: documentLoader(documents, 'orderTimelines'),
      customers: documentLoader(documents, 'customers'),
      products: documentLoader(documents, 'products'),
    }
    this.#parked = unrememberingLoader(async (streamIds: readonly string[]) => {
      const rows = Map.groupBy(await parked.find([...new Set(streamIds)]), ({ streamId }) => streamId)
      return (streamId) => rows.get(streamId) ?? []
    })
  }

  /**
   * The newest document; a cached one where `isEnough` says that it will do. Throws StoreUnavailable.
   */
  load<Name extends ProjectionName>(
    projection: Name,
    id: string,
    isEnough: (document: Documents[Name]) => boolean = () => false,
  ): Promise<Documents[Name] | undefined> {
    const loader: DocumentLoader<Name> = this.#loaders[projection]
    return loader.load({ id, isEnough })
  }

  /** The projections that stand still on this stream. Throws StoreUnavailable. */
  parkedProjections(streamId: string): Promise<readonly ParkedStream[]> {
    return this.#parked.load(streamId)
  }
}

function documentLoader<Name extends ProjectionName>(
  documents: DocumentReader,
  projection: Name,
): DocumentLoader<Name> {
  return unrememberingLoader(async (wanted: readonly Wanted<Documents[Name]>[]) => {
    const byId = Map.groupBy(wanted, ({ id }) => id)
    const isEnoughForAll = (document: Documents[Name]) =>
      byId.get(document.id)?.every(({ isEnough }) => isEnough(document)) ?? false
    const found = await documents.get(projection, [...byId.keys()], isEnoughForAll)
    return ({ id }) => found.get(id)?.document
  })
}

/** read: returns the answer for each of the keys, which may repeat. */
function unrememberingLoader<Key, Answer>(
  read: (keys: readonly Key[]) => Promise<(key: Key) => Answer>,
): DataLoader<Key, Answer> {
  return new DataLoader<Key, Answer>(
    async (keys) => {
      const answerOf = await read(keys)
      return keys.map(answerOf)
    },
    { cache: false, maxBatchSize: MAX_IDS },
  )
}
