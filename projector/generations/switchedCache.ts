import { CacheUnavailable, type DocumentCache } from '../../src/read/cache/documentCache.js'

/**
 * The cache of documents at a switch of generations. Whoever takes part in one suspends it before readers see the new generation: projectors before
 * they leave the old one, and whoever switches, for projectors that have died.
 *
 * A cache that does not answer is tried again later, and holds nobody up: it answers readers as little, and what it holds ends within seconds.
 */
export class SwitchedCache {
  readonly #cache: Pick<DocumentCache, 'suspend' | 'resume'>
  /** The generation that it was last resumed for here. */
  #openFor: number | undefined

  constructor(cache: Pick<DocumentCache, 'suspend' | 'resume'>) {
    this.#cache = cache
  }

  /** False where the cache does not answer. */
  async suspend(generation: number): Promise<boolean> {
    this.#openFor = undefined
    return answers(() => this.#cache.suspend(generation))
  }

  /** To be called as often as one likes: does it once. generation: the one that readers see, and go on seeing until the caller has returned. */
  async resume(generation: number): Promise<void> {
    if (this.#openFor === generation) return
    if (await answers(() => this.#cache.resume(generation))) this.#openFor = generation
  }
}

async function answers(call: () => Promise<void>): Promise<boolean> {
  try {
    await call()
    return true
  } catch (error) {
    if (error instanceof CacheUnavailable) return false
    throw error
  }
}
