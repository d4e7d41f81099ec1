/** Between two writes. One for every slice would cost up to half of the projector's throughput. */
const INTERVAL_MS = 75

/** Writes how far the work has come beside the work: soon after it is called for, one write at a time, and again after one that failed. */
export class WritesBeside {
  readonly #write: () => Promise<void>
  readonly #onFault: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #isEnded = false

  /** write: all there is to write when it begins. onFault: told of each failed write that nobody waits for. */
  constructor(write: () => Promise<void>, onFault: (error: unknown) => void) {
    this.#write = write
    this.#onFault = onFault
  }

  callFor(): void {
    if (this.#isEnded) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.flush().catch((error: unknown) => {
        this.#onFault(error)
        // Where nothing more happens, nobody else would call for the next.
        this.callFor()
      })
    }, INTERVAL_MS)
  }

  /** Returns when what there was at the call is written. Rejects with what `write` rejects with. */
  flush(): Promise<void> {
    const write = this.#writing.then(() => this.#write())
    // A failed write must not fail the ones queued behind it; its own caller is told.
    this.#writing = write.catch(() => undefined)
    return write
  }

  /** From now on only what `flush` is called for. */
  end(): void {
    this.#isEnded = true
    clearTimeout(this.#timer)
  }
}
