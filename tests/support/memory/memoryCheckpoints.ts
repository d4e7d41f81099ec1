import type { CheckpointStore } from '../../../src/bus/checkpointStore.js'
import { compareGlobalPositions, type GlobalPosition, START_OF_LOG } from '../../../src/contract/globalPosition.js'

/** Checkpoints in memory, with every position a group ever had. */
export class MemoryCheckpoints implements CheckpointStore {
  readonly #positions = new Map<string, GlobalPosition[]>()

  load(group: string): Promise<GlobalPosition> {
    return Promise.resolve(this.history(group).at(-1) ?? START_OF_LOG)
  }

  save(group: string, from: GlobalPosition, to: GlobalPosition): Promise<boolean> {
    const positions = this.history(group)
    if (compareGlobalPositions(positions.at(-1) ?? START_OF_LOG, from) !== 0) return Promise.resolve(false)
    this.#positions.set(group, [...positions, to])
    return Promise.resolve(true)
  }

  copy(model: string, group: string): Promise<void> {
    this.#positions.set(group, [...this.history(model)])
    return Promise.resolve()
  }

  forget(group: string): Promise<void> {
    this.#positions.delete(group)
    return Promise.resolve()
  }

  /** Oldest first. */
  history(group: string): readonly GlobalPosition[] {
    return this.#positions.get(group) ?? []
  }
}
