import type { Logger } from 'pino'
import { compareGlobalPositions, type GlobalPosition } from '../../contract/globalPosition.js'
import type { CheckpointStore } from '../checkpointStore.js'
import { WritesBeside } from '../writesBeside.js'

/**
 * Writes a group's checkpoint beside the work: the newest position of all that were reached since the last write, one write at a time.
 */
export class CheckpointWriter {
  readonly #store: CheckpointStore
  readonly #group: string
  readonly #writes: WritesBeside
  #stored: GlobalPosition
  #reached: GlobalPosition
  #overtaken = false
  #unwrittenEvents = 0

  /** stored: where the checkpoint stands now. */
  constructor(store: CheckpointStore, group: string, stored: GlobalPosition, logger: Logger) {
    this.#store = store
    this.#group = group
    this.#stored = stored
    this.#reached = stored
    this.#writes = new WritesBeside(
      () => this.#write(),
      (error) => logger.warn({ group, err: error }, 'The checkpoint could not be written and is tried again'),
    )
  }

  /** Another consumer of the group has moved the checkpoint: this one's place in the log is not the group's any more. */
  get overtaken(): boolean {
    return this.#overtaken
  }

  /** Events that were reached and would be handed out again if this process died now. */
  get unwrittenEvents(): number {
    return this.#unwrittenEvents
  }

  /** events: how many lie between the position reached before and `to`. */
  advance(to: GlobalPosition, events: number): void {
    if (compareGlobalPositions(to, this.#reached) <= 0) return
    this.#reached = to
    this.#unwrittenEvents += events
    this.#writes.callFor()
  }

  /** Returns when what was reached before the call is written, or another consumer was found to have moved the checkpoint. Throws the store's errors. */
  flush(): Promise<void> {
    return this.#writes.flush()
  }

  /** Leaves the checkpoint to whoever is the active consumer now; what was not written will be handed out again. */
  abandon(): void {
    this.#writes.end()
    this.#overtaken = true
  }

  /** Writes what is left, and nothing afterwards. Throws the store's errors. */
  async close(): Promise<void> {
    this.#writes.end()
    await this.flush()
  }

  async #write(): Promise<void> {
    const to = this.#reached
    const events = this.#unwrittenEvents
    if (this.#overtaken || compareGlobalPositions(to, this.#stored) <= 0) return
    if (await this.#store.save(this.#group, this.#stored, to)) {
      this.#stored = to
      this.#unwrittenEvents -= events
    } else this.#overtaken = true
  }
}
