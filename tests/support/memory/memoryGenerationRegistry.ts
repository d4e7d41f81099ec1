import {
  type FillProgress,
  type Generation,
  type GenerationChange,
  type GenerationRegistry,
  GenerationsBusy,
  type StillAlone,
} from '../../../src/read/generationRegistry.js'

/** Generations as they stand in this process. */
export class MemoryGenerationRegistry implements GenerationRegistry {
  #generations: readonly Generation[] = [generation(1, 'live')]
  #highest = 1
  #busy = false

  list(): Promise<readonly Generation[]> {
    return Promise.resolve(this.#generations)
  }

  add(): Promise<number> {
    this.#highest += 1
    this.#generations = [...this.#generations, generation(this.#highest, 'filling')]
    return Promise.resolve(this.#highest)
  }

  change(changes: readonly GenerationChange[]): Promise<boolean> {
    const isAsExpected = changes.every(({ generation: number, from }) =>
      this.#generations.some((each) => each.number === number && each.state === from),
    )
    if (!isAsExpected) return Promise.resolve(false)
    this.#generations = this.#generations.map((each) => ({
      ...each,
      state: changes.find((change) => change.generation === each.number)?.to ?? each.state,
    }))
    return Promise.resolve(true)
  }

  saveFill(number: number, fill: FillProgress | undefined): Promise<void> {
    this.#generations = this.#generations.map((each) => (each.number === number ? { ...each, fill } : each))
    return Promise.resolve()
  }

  remove(number: number): Promise<void> {
    this.#generations = this.#generations.filter((each) => each.number !== number)
    return Promise.resolve()
  }

  beginWith(number: number): Promise<void> {
    this.#generations = [generation(number, 'live')]
    this.#highest = Math.max(this.#highest, number)
    return Promise.resolve()
  }

  async alone<Result>(work: (stillAlone: StillAlone) => Promise<Result>): Promise<Result> {
    if (this.#busy) throw new GenerationsBusy()
    this.#busy = true
    try {
      return await work(() => Promise.resolve())
    } finally {
      this.#busy = false
    }
  }
}

function generation(number: number, state: Generation['state']): Generation {
  return { number, state, fill: undefined, since: new Date().toISOString() }
}
