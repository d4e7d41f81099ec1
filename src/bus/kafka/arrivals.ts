import { setTimeout as sleep } from 'node:timers/promises'
import type { EventEnvelope } from '../../contract/eventEnvelope.js'

/** A message that was fetched. */
export interface Arrival {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Undefined for one that is passed over, which still has an offset to commit. */
  readonly event: EventEnvelope | undefined
}

/** Fetched ahead of the work, at most, but for the batch that goes beyond it. */
const MAX_ARRIVALS = 5_000

/**
 * Messages of all partitions between being fetched and being taken, in the order in which they came.
 *
 * kafkajs fetches again only when every batch of the last fetch is done with, and hands them out one partition at a time. So batches are done with
 * as soon as they are here, and slices go across partitions.
 */
export class Arrivals {
  #queue: Arrival[] = []
  #taken = 0
  #roomMade = Promise.withResolvers<void>()

  get hasRoom(): boolean {
    return this.#queue.length - this.#taken < MAX_ARRIVALS
  }

  add(arrivals: readonly Arrival[]): void {
    this.#queue.push(...arrivals)
  }

  /** At most `limit`; empty when there are none. */
  take(limit: number): readonly Arrival[] {
    const taken = this.#queue.slice(this.#taken, this.#taken + limit)
    this.#taken += taken.length
    // Cut seldom, since cutting moves all that is left.
    if (this.#taken >= MAX_ARRIVALS || this.#taken === this.#queue.length) {
      this.#queue = this.#queue.slice(this.#taken)
      this.#taken = 0
    }
    if (this.hasRoom) {
      this.#roomMade.resolve()
      this.#roomMade = Promise.withResolvers()
    }
    return taken
  }

  /** Returns when there may be room, or after `timeoutMs`. */
  async room(timeoutMs: number): Promise<void> {
    const timeout = new AbortController()
    const tooLong = sleep(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined)
    await Promise.race([this.#roomMade.promise, tooLong])
    timeout.abort()
  }
}
