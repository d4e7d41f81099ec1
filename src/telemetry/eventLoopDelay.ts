import { monitorEventLoopDelay } from 'node:perf_hooks'

type Histogram = ReturnType<typeof monitorEventLoopDelay>

const RESOLUTION_MS = 20
const NS_PER_SECOND = 1e9

/** In seconds. */
export interface Lateness {
  readonly mean: number
  readonly p99: number
  readonly max: number
}

/**
 * How late the event loop was in the last minute at least, and in the last two at most where somebody looks once a minute. Several may look, each as
 * often as it likes, and every one that does so once a minute sees every delay: a look takes nothing away from the others.
 */
export class EventLoopDelay {
  readonly #windowMs: number
  /** Two that overlap: the older one is told, and begins anew as soon as the younger one has seen a whole window. */
  #older: Histogram = begun()
  #younger: Histogram = begun()
  #youngerSince = performance.now()

  constructor(windowMs = 60_000) {
    this.#windowMs = windowMs
  }

  /** Undefined before anything was measured. */
  get lateness(): Lateness | undefined {
    if (performance.now() - this.#youngerSince >= this.#windowMs) {
      const told = this.#younger
      this.#younger = this.#older
      this.#younger.reset()
      this.#youngerSince = performance.now()
      this.#older = told
    }
    const { count, mean, max } = this.#older
    if (count === 0) return undefined
    return { mean: late(mean), p99: late(this.#older.percentile(99)), max: late(max) }
  }

  stop(): void {
    this.#older.disable()
    this.#younger.disable()
  }
}

function begun(): Histogram {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  return histogram
}

/** The histogram's timer fires every RESOLUTION_MS: that much of what it measures is not lateness. */
function late(measuredNs: number): number {
  return Math.max(0, measuredNs / NS_PER_SECOND - RESOLUTION_MS / 1_000)
}
