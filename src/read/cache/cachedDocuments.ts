import type { Documents, ProjectionName } from '../../contract/documents.js'
import type { DocumentReader } from '../documentStore.js'
import { type CacheableDocument, type CacheInstant, CacheUnavailable, type DocumentCache } from './documentCache.js'

type Found<Document> = Map<string, { readonly document: Document }>

const ANY = () => true

/**
 * One gateway's reads by id: from the cache, else from the store, and then into the cache before they are answered.
 *
 * No reader of this gateway ever sees a document go back, nor less than a look of this gateway saw: what the store gave is in the cache when
 * it is answered, so that a slower reader can't put something older there. Where the cache did not take it, older entries may still be about,
 * and the cache is not read before they have ended. One answer never holds documents of two generations of the read models.
 */
export class CachedDocuments implements DocumentReader {
  readonly #store: DocumentReader
  readonly #cache: DocumentCache
  /** On this process's clock. Until then an entry may be older than something that was answered from the store. */
  #distrustedUntil = 0

  constructor(store: DocumentReader, cache: DocumentCache) {
    this.#store = store
    this.#cache = cache
  }

  async get<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
    isEnough: (document: Documents[Name]) => boolean = ANY,
  ): Promise<ReadonlyMap<string, { readonly document: Documents[Name] }>> {
    const { found, asOf } = await this.#remembered(projection, ids, isEnough)
    const missing = ids.filter((id) => !found.has(id))
    if (missing.length === 0) return found
    const stored = await this.#store.get(projection, missing)
    const isKept = await this.#remember(projection, stored, asOf)
    if (!isKept && found.size > 0) return this.#allFromStore(projection, ids)
    for (const [id, { document }] of stored) found.set(id, { document })
    return found
  }

  /** Returns when no gateway can show less than this one has answered so far: at once, unless the cache failed less than an entry's life ago. */
  async shownEverywhere(): Promise<void> {
    const leftMs = this.#distrustedUntil - performance.now()
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(leftMs)))
  }

  async #remembered<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
    isEnough: (document: Documents[Name]) => boolean,
  ): Promise<{ readonly found: Found<Documents[Name]>; readonly asOf: CacheInstant | undefined }> {
    const found: Found<Documents[Name]> = new Map()
    const isTrusted = performance.now() >= this.#distrustedUntil
    const answer = await unlessUnavailable(async () =>
      isTrusted ? await this.#cache.get(projection, ids) : { documents: undefined, asOf: await this.#cache.now() },
    )
    for (const [id, document] of answer?.documents ?? []) if (isEnough(document)) found.set(id, { document })
    return { found, asOf: answer?.asOf }
  }

  /** Readers may see another generation since the cache was read: then all of an answer has to come from one look at the store. */
  async #allFromStore<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly document: Documents[Name] }>> {
    const stored = await this.#store.get(projection, ids)
    this.#distrust()
    return stored
  }

  /** Whether the cache has taken it, and so was not suspended since `asOf`. */
  async #remember<Name extends ProjectionName>(
    projection: Name,
    stored: ReadonlyMap<string, { readonly document: Documents[Name] }>,
    asOf: CacheInstant | undefined,
  ): Promise<boolean> {
    // Name and document agree by construction; a union member can't be chosen by a type parameter.
    const documents = [...stored.values()].map(({ document }) => ({ projection, document }) as CacheableDocument)
    const isKept = asOf && (await unlessUnavailable(() => this.#cache.put(documents, asOf)))
    if (isKept === undefined && documents.length > 0) this.#distrust()
    return isKept === true
  }

  #distrust(): void {
    this.#distrustedUntil = performance.now() + this.#cache.ttlMs
  }
}

async function unlessUnavailable<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof CacheUnavailable) return undefined
    throw error
  }
}
