import type { StreamWork } from './streamWork.js'

/**
 * Lets slices be written side by side without two of them writing one stream at once. It would be harmless, since every write compares; but the later
 * one would only meet gaps and conflicts.
 */
export class StreamsInWork {
  readonly #ends = new Map<string, Promise<unknown>>()

  /**
   * Calls `write` with the streams that nobody else writes just now, and with the others once whoever writes them has ended, in whatever way.
   * Returns when all are written; throws what `write` throws, then too when both calls have ended.
   */
  async write(works: readonly StreamWork[], write: (works: readonly StreamWork[]) => Promise<void>): Promise<void> {
    const free = works.filter(({ streamId }) => !this.#ends.has(streamId))
    const busy = works.filter(({ streamId }) => this.#ends.has(streamId))
    const inFront = Promise.all(busy.map(({ streamId }) => this.#ends.get(streamId)))
    const parts = [write(free), ...(busy.length > 0 ? [inFront.then(() => write(busy))] : [])]
    const end = Promise.allSettled(parts)
    for (const { streamId } of works) this.#ends.set(streamId, end)
    await end
    for (const { streamId } of works) if (this.#ends.get(streamId) === end) this.#ends.delete(streamId)
    await Promise.all(parts)
  }
}
