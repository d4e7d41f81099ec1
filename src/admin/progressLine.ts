import type { Output } from './output.js'

const EVERY_MS = 200

/** One line on standard error that is written over; where nobody looks on, there is none. */
export class ProgressLine {
  readonly #out: Output
  #shownAt = Number.NEGATIVE_INFINITY
  #isShown = false

  constructor(out: Output) {
    this.#out = out
  }

  show(text: string): void {
    if (!this.#out.onTerminal || performance.now() < this.#shownAt + EVERY_MS) return
    this.#shownAt = performance.now()
    this.#isShown = true
    this.#out.progress(text)
  }

  clear(): void {
    if (this.#isShown) this.#out.progress('')
    this.#isShown = false
  }
}
