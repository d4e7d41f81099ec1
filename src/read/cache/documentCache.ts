import type { Documents, ProjectionName } from '../../contract/documents.js'

/**
 * The read models by id, in front of the document store; every entry lives for `ttlMs` at most.
 *
 * What makes it safe to read is a promise of two halves:
 * - Once `put` has answered, no `get` anywhere shows less than what was put, in either of the document's sources (sourceVersions.ts), whoever
 *   puts something older afterwards. A floor of versions without a document outlives the entry for that.
 * - No entry outlives `asOf + ttlMs`, where `asOf` is an instant of the cache's own clock at which the store held nothing newer. So whoever
 *   gets no answer to a `put` waits for `ttlMs`, and then nothing older can be served either, however late what others have sent arrives.
 *
 * Documents of two generations of the read models are kept apart by periods. While the cache is suspended it shows and takes nothing; with `resume`
 * another period begins, and nothing that was read before it is ever shown again:
 *
 *   open, period 1 ──suspend──► suspended ──resume──► open, period 2
 *
 * What a put finds suspended is as good as done: whoever asks the cache later, in the next period, has it from a look at the store that came later.
 */
export interface DocumentCache {
  readonly ttlMs: number
  /**
   * The entries among these ids; what is no document of ours counts as absent. `asOf` was taken before they were read, for what the caller
   * reads from the store instead. Throws CacheUnavailable.
   */
  get<Name extends ProjectionName>(projection: Name, ids: readonly string[]): Promise<CacheAnswer<Documents[Name]>>
  /** Before a store is asked, where nothing is read from the cache. Throws CacheUnavailable. */
  now(): Promise<CacheInstant>
  /**
   * Puts what the store held at some time behind `asOf`. False where the cache is suspended and keeps nothing. Throws CacheUnavailable, also where
   * `asOf` is of an earlier period: then a part of it may be there, now or later.
   */
  put(documents: readonly CacheableDocument[], asOf: CacheInstant): Promise<boolean>
  /**
   * Before readers see another generation than this one. Nothing where the cache is open for another already: whoever notices a switch late must not
   * undo its end. Ends by itself after SUSPENDED_AT_MOST_MS, should nobody be left to resume. Throws CacheUnavailable.
   */
  suspend(generation: number): Promise<void>
  /** For the generation that readers see now. Nothing where it was not suspended. Throws CacheUnavailable. */
  resume(generation: number): Promise<void>
}

export interface CacheAnswer<Document> {
  readonly documents: ReadonlyMap<string, Document>
  readonly asOf: CacheInstant
}

export type CacheableDocument = {
  [Name in ProjectionName]: { readonly projection: Name; readonly document: Documents[Name] }
}[ProjectionName]

export interface CacheInstant {
  /** Milliseconds on the one clock that all who share a cache go by. */
  readonly at: number
  /** In which it was. Equal texts are one period. */
  readonly period: string
}

/** The period in which nothing is kept. */
export const SUSPENDED = 'suspended'

/** The cache can't be reached or took too long. Everything goes on without it, slower. */
export class CacheUnavailable extends Error {
  override readonly name = 'CacheUnavailable'
}

/**
 * How long an entry lives. Long enough for the many reads right after a change and for what everybody looks at; short, because it is also how
 * long announcements are held back, and an erased name may linger, while the cache does not answer the projector.
 */
export const ENTRY_TTL_MS = 2_000

/** How long a floor lives: far longer than any process that was stopped in the middle of a put has to be believed. */
export const FLOOR_TTL_MS = 600_000

/** Far longer than a switch of generations is given, and than what is kept from before it lives. */
export const SUSPENDED_AT_MOST_MS = 600_000
