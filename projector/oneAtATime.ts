/** Runs pieces of work one after the other, in the order in which they were asked for. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve()

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work)
    // The next in line waits for the end of this one; how it ended concerns its own caller.
    this.#last = result.catch(() => undefined)
    return result
  }
}
