import { LRUCache } from 'lru-cache'
import type { Folded } from './aggregates.js'

/** Few enough to be full soon: memory then stays where it is, however many commands follow. */
const MAX_STREAMS = 4_000
/** Parts of all states together, some 200 bytes each (`sizeOf` of an aggregate): 40 MB where every order has hundreds of lines. */
const MAX_PARTS = 200_000

/**
 * The folds of streams that commands have touched lately. Moved by committed events alone, and never the last word: each command reads
 * what came after them.
 */
export class FoldedStreams {
  readonly #cache = new LRUCache<string, Folded<unknown>>({ max: MAX_STREAMS, maxSize: MAX_PARTS })

  /** The caller knows the aggregate by the category in the stream id. */
  get<State>(streamId: string): Folded<State> | undefined {
    return this.#cache.get(streamId) as Folded<State> | undefined
  }

  /**
   * parts: how large the state is, counted in the parts that it is made of.
   *
   * An older fold never replaces a newer one, whichever of two commands ends last.
   */
  put(streamId: string, folded: Folded<unknown>, parts: number): void {
    const known = this.#cache.peek(streamId)
    if (known === undefined || known.version < folded.version) this.#cache.set(streamId, folded, { size: parts })
  }
}
