import { LRUCache } from 'lru-cache'
import type { Folded } from './aggregates.js'

/** Few enough to be full soon: memory then stays where it is, however many commands follow. */
const MAX_STREAMS = 4_000

/**
 * The folds of streams that commands have touched lately. Moved by committed events alone, and never the last word: each command reads
 * what came after them.
 */
export class FoldedStreams {
  readonly #cache = new LRUCache<string, Folded<unknown>>({ max: MAX_STREAMS })

  /** The caller knows the aggregate by the category in the stream id. */
  get<State>(streamId: string): Folded<State> | undefined {
    return this.#cache.get(streamId) as Folded<State> | undefined
  }

  /** An older fold never replaces a newer one, whichever of two commands ends last. */
  put(streamId: string, folded: Folded<unknown>): void {
    const known = this.#cache.peek(streamId)
    if (known === undefined || known.version < folded.version) this.#cache.set(streamId, folded)
  }
}
