import { LRUCache } from 'lru-cache'
import type { CustomerDocument, OrderDocument } from '../../src/contract/documents.js'
import { streamIdOf } from '../../src/contract/streams.js'
import { type FoldParts, foldStreams } from './foldedStreams.js'
import type { StreamFold } from './streamFold.js'

/** Customers of neighbouring orders differ, those of all orders repeat. Some 300 bytes each. */
const MAX_REMEMBERED = 10_000

/** Which customer an order shows. */
export type CustomerShown = Pick<OrderDocument, 'customerId' | 'customerVersion'>

/** Customers as the log has them, at the versions that orders show. */
export class CustomersInLog {
  readonly #parts: FoldParts
  readonly #newest = new LRUCache<string, StreamFold>({ max: MAX_REMEMBERED })

  constructor(parts: FoldParts) {
    this.#parts = parts
  }

  /** One read of the log for all that are not remembered, and one for those who are shown as they were. Returns a look-up for these orders. */
  async of(orders: readonly CustomerShown[]): Promise<(order: CustomerShown) => CustomerInLog | undefined> {
    const newest = await this.#newestOf(orders)
    const older = orders.filter(({ customerId, customerVersion }) => {
      const known = newest.get(customerId)?.documents.customers?.version
      return known !== undefined && customerVersion > 0 && customerVersion < known
    })
    const then = new Map<string, CustomerDocument | undefined>()
    // By version: two orders may show the same customer as of two versions.
    for (const [version, some] of Map.groupBy(older, ({ customerVersion }) => customerVersion)) {
      const ids = [...new Set(some.map(({ customerId }) => streamIdOf('customer', customerId)))]
      const folds = await foldStreams(this.#parts, ids, new Map(ids.map((id) => [id, version])))
      for (const { id, documents } of folds.values()) then.set(`${id}/${version}`, documents.customers)
    }
    return ({ customerId, customerVersion }) => {
      const fold = newest.get(customerId)
      if (!fold) return undefined
      const { customers } = fold.documents
      const side = customers?.version === customerVersion ? customers : then.get(`${customerId}/${customerVersion}`)
      return { newest: customers, shown: side, logVersion: fold.version }
    }
  }

  /** Streams of customers that somebody has folded just now. */
  remember(folds: readonly StreamFold[]): void {
    for (const fold of folds) this.#newest.set(fold.id, fold)
  }

  async #newestOf(orders: readonly CustomerShown[]): Promise<ReadonlyMap<string, StreamFold>> {
    const found = new Map<string, StreamFold>()
    const unknown = new Set<string>()
    for (const { customerId, customerVersion } of orders) {
      const known = this.#newest.get(customerId)
      if (known && known.version >= customerVersion) found.set(customerId, known)
      else unknown.add(customerId)
    }
    const streamIds = [...unknown].map((id) => streamIdOf('customer', id))
    const folds = [...(await foldStreams(this.#parts, streamIds)).values()]
    this.remember(folds)
    for (const fold of folds) found.set(fold.id, fold)
    return found
  }
}

export interface CustomerInLog {
  /** As far as the customer can be read; undefined where not even the registration can. */
  readonly newest: CustomerDocument | undefined
  /** As of the version that the order shows; undefined where the log does not say what that is. */
  readonly shown: CustomerDocument | undefined
  /** Of the customer's stream, also where it can't be read so far. */
  readonly logVersion: number
}
