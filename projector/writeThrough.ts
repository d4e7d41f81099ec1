import type { Logger } from 'pino'
import type { ProjectionName } from '../src/contract/documents.js'
import {
  type CacheableDocument,
  type CacheInstant,
  CacheUnavailable,
  type DocumentCache,
} from '../src/read/cache/documentCache.js'
import type { DocumentStore, DocumentWrite, DocumentWriteResult } from '../src/read/documentStore.js'
import type { AnySlot } from './documentSlot.js'
import { faultText } from './faults.js'

/**
 * The document store of a projector, with what is written put into the gateways' cache beside it.
 *
 *   write ► acknowledged ► put ──answered─────────────────────────────► announce
 *                             └──not answered ► one life of an entry ──► announce
 *
 * Writing goes on while puts are under way; only announcing waits for them. So while the cache is down announcements come one life late,
 * and the lives of slices overlap.
 */
export class WriteThrough implements DocumentStore {
  readonly #store: DocumentStore
  readonly #cache: DocumentCache
  readonly #logger: Logger
  readonly #puts = new Set<Promise<void>>()
  /** On this process's clock: until then an entry may be older than what was written. */
  #olderUntil = 0

  constructor(store: DocumentStore, cache: DocumentCache, logger: Logger) {
    this.#store = store
    this.#cache = cache
    this.#logger = logger
  }

  get: DocumentStore['get'] = (projection, ids) => this.#store.get(projection, ids)

  async write(writes: readonly DocumentWrite[]): Promise<readonly DocumentWriteResult[]> {
    const asOf = await this.#now()
    const results = await this.#store.write(writes)
    this.#put(
      writes.filter((_, index) => results[index]?.kind === 'written'),
      asOf,
    )
    return results
  }

  makeSearchable(): Promise<void> {
    return this.#store.makeSearchable()
  }

  ordersBehindCustomer: DocumentStore['ordersBehindCustomer'] = (...query) => this.#store.ordersBehindCustomer(...query)

  /**
   * Returns when no gateway can show less than what was written through here, and less than what the store shows of `alreadyDone`: documents
   * that somebody else has written, who may have died before the put. Throws StoreUnavailable.
   */
  async shownEverywhere(alreadyDone: readonly AnySlot[] = []): Promise<void> {
    for (const [projection, slots] of Map.groupBy(alreadyDone, (slot) => slot.projection)) {
      await this.#putAgain(
        projection,
        slots.map(({ id }) => id),
      )
    }
    await Promise.all(this.#puts)
    await this.#pauseUntil(this.#olderUntil)
  }

  /** Returns when no entry is left that is older than what the store shows now, of whatever document. */
  async olderEnded(): Promise<void> {
    await this.#pauseUntil(performance.now() + this.#cache.ttlMs)
  }

  async #putAgain(projection: ProjectionName, ids: readonly string[]): Promise<void> {
    const asOf = await this.#now()
    const found = await this.#store.get(projection, ids)
    // Name and document agree by construction; a union member can't be chosen by a type parameter.
    this.#put(
      [...found.values()].map(({ document }) => ({ projection, document }) as CacheableDocument),
      asOf,
    )
  }

  #put(documents: readonly CacheableDocument[], asOf: CacheInstant | undefined): void {
    if (documents.length === 0) return
    const put = this.#tryPut(documents, asOf)
    this.#puts.add(put)
    void put.then(() => this.#puts.delete(put))
  }

  async #tryPut(documents: readonly CacheableDocument[], asOf: CacheInstant | undefined): Promise<void> {
    try {
      if (asOf !== undefined) {
        await this.#cache.put(documents, asOf)
        return
      }
    } catch (error) {
      this.#report(error)
    }
    this.#olderUntil = performance.now() + this.#cache.ttlMs
  }

  /** Undefined where the cache does not answer. */
  async #now(): Promise<CacheInstant | undefined> {
    try {
      return await this.#cache.now()
    } catch (error) {
      this.#report(error)
      return undefined
    }
  }

  /** The cache says itself when it is down; any other fault of it must not stop a projector either. */
  #report(error: unknown): void {
    if (error instanceof CacheUnavailable) return
    this.#logger.error({ fault: faultText(error) }, 'The cache of documents failed')
  }

  async #pauseUntil(instant: number): Promise<void> {
    const leftMs = instant - performance.now()
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(leftMs)))
  }
}
