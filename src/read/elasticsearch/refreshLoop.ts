import { setTimeout as delay } from 'node:timers/promises'

/** A refresh costs some 25 ms of a core however little it finds: with these, all who wait at 100 writes a second take a fifth of it. */
const MIN_GAP_MS = 50
const REST_PER_DURATION = 3
/** Who waits is not to pay for one refresh that took long, on a busy server or in a pause of its memory's cleaning. */
const MAX_REST_MS = 500

export interface RefreshLoopParts {
  /** Makes everything acknowledged before its call searchable, on every shard, or rejects. */
  readonly refresh: () => Promise<void>
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number
  readonly pause?: (ms: number) => Promise<unknown>
}

/**
 * Refreshes for all who wait, one at a time: a call is served by the first refresh that begins after it. Two of them begin at least 50 ms
 * apart, with three times the duration of the first between them but half a second at most, and none does when nobody waits.
 */
export class RefreshLoop {
  readonly #refresh: () => Promise<void>
  readonly #clock: () => number
  readonly #pause: (ms: number) => Promise<unknown>
  #upcoming: Promise<void> | undefined
  #last: Promise<unknown> = Promise.resolve()
  #notBefore = Number.NEGATIVE_INFINITY

  constructor({ refresh, clock = () => performance.now(), pause = (ms) => delay(ms) }: RefreshLoopParts) {
    this.#refresh = refresh
    this.#clock = clock
    this.#pause = pause
  }

  /** Everything acknowledged before this call is found when it returns. Throws what the refresh throws. */
  reached(): Promise<void> {
    this.#upcoming ??= this.#next()
    return this.#upcoming
  }

  async #next(): Promise<void> {
    await this.#last
    const waitMs = this.#notBefore - this.#clock()
    if (waitMs > 0) await this.#pause(waitMs)
    // From here on it is too late to join: what is acknowledged now may miss this refresh.
    this.#upcoming = undefined
    const beganAt = this.#clock()
    const running = this.#refresh()
    this.#last = running.catch(() => undefined)
    try {
      await running
    } finally {
      const endedAt = this.#clock()
      const restMs = Math.min(REST_PER_DURATION * (endedAt - beganAt), MAX_REST_MS)
      this.#notBefore = Math.max(beganAt + MIN_GAP_MS, endedAt + restMs)
    }
  }
}
