import type { Documents, ProjectionName } from '../../src/contract/documents.js'
import {
  type CacheAnswer,
  type CacheableDocument,
  type CacheInstant,
  CacheUnavailable,
  type DocumentCache,
} from '../../src/read/cache/documentCache.js'

/** What becomes of one call: its request or its answer is lost, or it arrives long after the caller has given up. */
export type Fate = 'answered' | 'request lost' | 'answer lost' | 'late'

/** One process's way to a cache that others use as well. */
export class FaultyDocumentCache implements DocumentCache {
  readonly ttlMs: number
  readonly #cache: DocumentCache
  readonly #nextFate: () => Fate
  readonly #travel: (what: string) => Promise<void>

  /** travel: resolves when what is on its way arrives. */
  constructor(
    cache: DocumentCache,
    nextFate: () => Fate,
    travel: (what: string) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#cache = cache
    this.#nextFate = nextFate
    this.#travel = travel
    this.ttlMs = cache.ttlMs
  }

  get<Name extends ProjectionName>(projection: Name, ids: readonly string[]): Promise<CacheAnswer<Documents[Name]>> {
    return this.#call('get', () => this.#cache.get(projection, ids))
  }

  now(): Promise<CacheInstant> {
    return this.#call('now', () => this.#cache.now())
  }

  put(documents: readonly CacheableDocument[], asOf: CacheInstant): Promise<boolean> {
    return this.#call('put', () => this.#cache.put(documents, asOf))
  }

  suspend(generation: number): Promise<void> {
    return this.#call('suspend', () => this.#cache.suspend(generation))
  }

  resume(generation: number): Promise<void> {
    return this.#call('resume', () => this.#cache.resume(generation))
  }

  async #call<Answer>(name: string, execute: () => Promise<Answer>): Promise<Answer> {
    const fate = this.#nextFate()
    if (fate === 'late') {
      // How it goes then, nobody hears.
      this.#travel(`late ${name}`)
        .then(execute)
        .catch(() => undefined)
      throw new CacheUnavailable('The call is still on its way.')
    }
    await this.#travel(`${name} arrives`)
    if (fate === 'request lost') throw new CacheUnavailable('The request was lost.')
    const answer = await execute()
    await this.#travel(`${name} is answered`)
    if (fate === 'answer lost') throw new CacheUnavailable('The answer was lost.')
    return answer
  }
}
