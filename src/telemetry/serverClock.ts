/** Clocks of machines drift by milliseconds in a minute. */
const ASK_EVERY_MS = 30_000
const FIRST_ASK_AGAIN_MS = 1_000

/**
 * The clock of a server, as far as it can be told from here: the server is asked now and then, and its time counted on by ours. So ages come out
 * right whatever the clock of this machine says.
 */
export class ServerClock {
  readonly #ask: () => Promise<Date>
  /** Server's time minus performance.now(). */
  #offsetMs: number | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  /** ask: the server's time, asked in one round trip. A rejection means that the last answer is counted on. */
  constructor(ask: () => Promise<Date>) {
    this.#ask = ask
    void this.#run()
  }

  /** Milliseconds since 1970; undefined before the first answer. */
  now(): number | undefined {
    return this.#offsetMs === undefined ? undefined : performance.now() + this.#offsetMs
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #run(): Promise<void> {
    try {
      const askedAt = performance.now()
      const there = await this.#ask()
      // Halfway: the way there and the way back take about as long as each other.
      this.#offsetMs = there.getTime() - (askedAt + performance.now()) / 2
    } catch {
      // Whoever asked for something else is told that the server is not there.
    }
    if (this.#stopped) return
    const pauseMs = this.#offsetMs === undefined ? FIRST_ASK_AGAIN_MS : ASK_EVERY_MS
    this.#timer = setTimeout(() => void this.#run(), pauseMs).unref()
  }
}
