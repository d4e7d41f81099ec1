import DataLoader from 'dataloader'
import type { Documents, ProjectionName } from '../contract/documents.js'
import type { ReadSide } from '../read/index.js'

type Loader<Name extends ProjectionName> = DataLoader<string, Documents[Name] | undefined>

/**
 * The read models by id, for one request: what several fields ask in one tick is one read. An id without a document gives undefined.
 */
export class DocumentLoaders {
  readonly orders: Loader<'orders'>
  readonly timelines: Loader<'orderTimelines'>
  readonly customers: Loader<'customers'>
  readonly products: Loader<'products'>

  constructor(documents: ReadSide['documents']) {
    this.orders = loaderOf(documents, 'orders')
    this.timelines = loaderOf(documents, 'orderTimelines')
    this.customers = loaderOf(documents, 'customers')
    this.products = loaderOf(documents, 'products')
  }

  /** After a wait for a write: what was read before it may be older than the write, also in the same request. */
  forget(): void {
    for (const loader of [this.orders, this.timelines, this.customers, this.products]) loader.clearAll()
  }
}

function loaderOf<Name extends ProjectionName>(documents: ReadSide['documents'], projection: Name): Loader<Name> {
  return new DataLoader<string, Documents[Name] | undefined>(
    async (ids) => {
      const possible = [...new Set(ids)].filter(canBeId)
      if (possible.length === 0) return ids.map(() => undefined)
      const found = await documents.get(projection, possible)
      return ids.map((id) => found.get(id)?.document)
    },
    { name: projection },
  )
}

/** Twice the code units of the longest id that a command takes (128 characters of at most two units). */
const MAX_ID_UNITS = 256

/** Whether anything can have this id. What cannot is answered with null, as an unknown id is, and never reaches a store. */
export function canBeId(id: string): boolean {
  return id.length > 0 && id.length <= MAX_ID_UNITS && !/[\p{Cc}\p{Cs}]/u.test(id)
}
