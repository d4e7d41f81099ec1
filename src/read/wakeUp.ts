/** One sleeper's bell. A ring while nobody listens is remembered, so that nothing falls between a look and the next wait. */
export class WakeUp {
  #rung = false
  #waken: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#waken?.()
  }

  /** Resolves at the next ring, at once where it rang since the last one was heard, or after `withinMs` without any. */
  async heard(withinMs?: number): Promise<void> {
    if (!this.#rung) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = withinMs === undefined ? undefined : setTimeout(resolve, withinMs)
      this.#waken = resolve
      await promise
      clearTimeout(timer)
      this.#waken = undefined
    }
    this.#rung = false
  }
}
