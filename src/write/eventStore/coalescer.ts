export interface CoalescerOptions<Request, Result> {
  /** Requests that travel together at most. */
  readonly maxBatch: number
  /** Batches under way at once. */
  readonly maxInFlight: number
  /** Serves a batch and answers one settled result a request, in its order. A rejection fails the whole batch. */
  readonly run: (batch: readonly Request[]) => Promise<readonly PromiseSettledResult<Result>[]>
}

/**
 * Lets concurrent callers share one round trip: while a batch is under way, requests gather for the next one. No timer: a lone request
 * goes at once, and the busier it gets the larger the batches grow.
 *
 * A batch begins after every request in it was submitted, so whatever was true before a call is seen by its answer.
 */
export class Coalescer<Request, Result> {
  readonly #options: CoalescerOptions<Request, Result>
  #waiting: Waiting<Request, Result>[] = []
  #inFlight = 0
  #scheduled = false

  constructor(options: CoalescerOptions<Request, Result>) {
    this.#options = options
  }

  submit(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject })
      this.#schedule()
    })
  }

  /** At the end of the turn of the event loop, so that requests that arrived together leave together. */
  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= this.#options.maxInFlight) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#startBatches()
    })
  }

  #startBatches(): void {
    while (this.#waiting.length > 0 && this.#inFlight < this.#options.maxInFlight) {
      const batch = this.#waiting.slice(0, this.#options.maxBatch)
      this.#waiting = this.#waiting.slice(batch.length)
      this.#inFlight += 1
      void this.#serve(batch)
    }
  }

  async #serve(batch: readonly Waiting<Request, Result>[]): Promise<void> {
    try {
      const results = await this.#options.run(batch.map(({ request }) => request))
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index]
        if (result?.status === 'fulfilled') resolve(result.value)
        else reject(result ? result.reason : new Error(`Expected ${batch.length} results, found ${results.length}.`))
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      this.#inFlight -= 1
      this.#startBatches()
    }
  }
}

interface Waiting<Request, Result> {
  readonly request: Request
  readonly resolve: (result: Result) => void
  readonly reject: (reason: unknown) => void
}
