/**
 * "There may be something new in the log": rung by whoever appends in this process and by NOTIFY from others, heard by every reader.
 *
 * A hint alone, so a lost one costs a polling interval and never an event. Rings are counted, so that one between a reader's look and its
 * wait is not missed.
 */
export class LogSignal {
  #rings = 0
  readonly #waiting = new Set<() => void>()

  get rings(): number {
    return this.#rings
  }

  notify(): void {
    this.#rings += 1
    for (const wake of this.#waiting) wake()
  }

  /** Returns true as soon as it has rung since `rings` was `seen`; false after `timeoutMs` or when `signal` aborts. */
  wait(seen: number, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (this.#rings !== seen) return Promise.resolve(true)
    if (signal.aborted) return Promise.resolve(false)
    return new Promise((resolve) => {
      const finish = (rung: boolean) => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', giveUp)
        resolve(rung)
      }
      const wake = () => finish(true)
      const giveUp = () => finish(false)
      const timer = setTimeout(giveUp, timeoutMs)
      this.#waiting.add(wake)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }
}
