/** The bytes in use after a collection, the first time that each of some amounts of work is done. */
export class HeapInUse {
  readonly #amounts: number[]
  readonly #found: number[] = []

  /** amounts: ascending. */
  constructor(amounts: readonly number[]) {
    this.#amounts = [...amounts]
  }

  get found(): readonly number[] {
    return this.#found
  }

  reached(done: number): void {
    const [next] = this.#amounts
    if (next === undefined || done < next) return
    this.#amounts.shift()
    globalThis.gc?.()
    this.#found.push(process.memoryUsage().heapUsed)
  }
}
