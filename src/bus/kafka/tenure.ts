import type { EachBatchPayload } from 'kafkajs'
import type { Logger } from 'pino'
import type { EventSlice } from '../eventBus.js'
import { type Arrival, Arrivals } from './arrivals.js'
import { OffsetWriter } from './offsetWriter.js'

type CommitOffsets = EachBatchPayload['commitOffsetsIfNecessary']

/**
 * What a member of a group has between one rebalance and the next: messages fetched, and offsets done with.
 *
 * A rebalance ends it as a whole, also for partitions that come back to the same member: kafkajs fetches those again from the committed offset, so
 * what was fetched before comes a second time.
 */
export class Tenure {
  readonly arrivals = new Arrivals()
  readonly offsets: OffsetWriter
  /** Partitions, of all topics. */
  readonly partitions: number
  readonly #open = new Set<EventSlice>()
  #passedOver: Arrival[] = []
  #commit: CommitOffsets | undefined

  constructor(partitions: number, logger: Logger) {
    this.partitions = partitions
    this.offsets = new OffsetWriter((offsets) => this.#commitNow(offsets), logger)
  }

  /**
   * By the way that each batch brings along: it goes to the broker once, under the generation of the group that the member is in when it is called,
   * and is refused where the broker has gone on to another. `Consumer.commitOffsets` repeats a refused commit, and so under the next generation,
   * where the partition may be another's. That no offset of this tenure is committed in the next one is seen to by the member: it abandons them when
   * it has joined.
   */
  commitBy(commit: CommitOffsets): void {
    this.#commit ??= commit
  }

  /** Messages of which nothing is to be done: done with as soon as everything in front of them is. */
  passOver(arrivals: readonly Arrival[]): void {
    this.#passedOver.push(...arrivals)
    this.#advancePassedOver()
  }

  /** Returns what the slice reaches up to: its own messages, and those passed over in front of them. */
  handOut(slice: EventSlice, arrivals: readonly Arrival[]): readonly Arrival[] {
    this.#open.add(slice)
    return [...this.#passedOver.splice(0), ...arrivals]
  }

  done(slice: EventSlice, arrivals: readonly Arrival[]): void {
    this.offsets.advance(arrivals)
    this.#open.delete(slice)
    this.#advancePassedOver()
  }

  #advancePassedOver(): void {
    if (this.#open.size === 0 && this.#passedOver.length > 0) this.offsets.advance(this.#passedOver.splice(0))
  }

  async #commitNow(offsets: Parameters<CommitOffsets>[0]): Promise<void> {
    if (!this.#commit) throw new Error('Expected offsets to be reached by messages of a batch, found no batch.')
    await this.#commit(offsets)
  }
}
