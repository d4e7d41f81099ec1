import { setTimeout as delay } from 'node:timers/promises'

/** A refresh costs some 25 ms of a core however little it finds: with these, all who wait at 100 writes a second take a fifth of it. */
const MIN_GAP_MS = 50
const GAP_PER_DURATION = 4

export interface RefreshLoopParts {
  /** Makes everything acknowledged before its call searchable, on every shard, or rejects. */
  readonly refresh: () => Promise<void>
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number
  readonly pause?: (ms: number) => Promise<unknown>
}

/**
 * Refreshes for all who wait, one at a time: a call is served by the first refresh that begins after it. Two of them begin at least
 * max(50 ms, 4 × the duration of the first) apart, and none does when nobody waits.
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
      this.#notBefore = beganAt + Math.max(MIN_GAP_MS, GAP_PER_DURATION * (this.#clock() - beganAt))
    }
  }
}
