/**
 * One timer for everybody who waits: a lost announcement costs time, never the answer.
 *
 * All looks of one round begin in the same tick, so that batched reads make one multi-get of them. Without members there is no timer.
 */
export class Recheck {
  readonly #everyMs: number
  readonly #looks = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined

  constructor(everyMs: number) {
    this.#everyMs = everyMs
  }

  get size(): number {
    return this.#looks.size
  }

  /** Returns its removal. `look` must not throw. */
  add(look: () => void): () => void {
    this.#looks.add(look)
    this.#timer ??= setInterval(() => this.#round(), this.#everyMs)
    return () => this.#remove(look)
  }

  #round(): void {
    for (const look of [...this.#looks]) look()
  }

  #remove(look: () => void): void {
    this.#looks.delete(look)
    if (this.#looks.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
