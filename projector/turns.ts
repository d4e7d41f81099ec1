/** Some work goes side by side, other work alone: that waits for what goes on, and what comes after it waits for its end. */
export class Turns {
  readonly #together = new Set<Promise<unknown>>()
  #alone: Promise<unknown> = Promise.resolve()

  together<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#alone.then(work)
    const end = endOf(result)
    this.#together.add(end)
    void end.then(() => this.#together.delete(end))
    return result
  }

  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = Promise.all([this.#alone, ...this.#together]).then(work)
    this.#alone = endOf(result)
    return result
  }
}

/** How it ends concerns its own caller, not those who wait. */
function endOf(work: Promise<unknown>): Promise<unknown> {
  return work.catch(() => undefined)
}
