import type { Offsets } from 'kafkajs'
import type { Logger } from 'pino'
import { positionText } from '../../contract/globalPosition.js'
import { WritesBeside } from '../writesBeside.js'
import type { Arrival } from './arrivals.js'

interface Reached {
  readonly topic: string
  readonly partition: number
  /** Of the last message that is done with. */
  readonly offset: number
  /** Of the last event among them, as text. */
  readonly position: string | undefined
}

/**
 * Commits offsets beside the work: of each partition the newest that was reached, one commit at a time.
 *
 * With each goes the log's position of the last event, as metadata: who looks at the group can tell from it how far it has come in the log.
 */
export class OffsetWriter {
  readonly #commit: (offsets: Offsets) => Promise<void>
  readonly #writes: WritesBeside
  readonly #reached = new Map<string, Reached>()
  #unwritten = new Set<string>()
  #unwrittenEvents = 0
  #abandoned = false

  /** commit: rejects where the group has moved on without this consumer. */
  constructor(commit: (offsets: Offsets) => Promise<void>, logger: Logger) {
    this.#commit = commit
    this.#writes = new WritesBeside(
      () => this.#write(),
      (error) => logger.warn({ err: error }, 'Offsets could not be committed and are tried again'),
    )
  }

  /** Events that were reached and would be handed out again if this process died now. */
  get unwrittenEvents(): number {
    return this.#unwrittenEvents
  }

  /** Never goes back. */
  advance(done: readonly Arrival[]): void {
    for (const { topic, partition, offset, event } of done) {
      const key = `${topic} ${partition}`
      const before = this.#reached.get(key)
      if (before && before.offset >= offset) continue
      const position = event ? positionText(event.position) : before?.position
      this.#reached.set(key, { topic, partition, offset, position })
      this.#unwritten.add(key)
      this.#unwrittenEvents += 1
    }
    if (this.#unwritten.size > 0) this.#writes.callFor()
  }

  /** Returns when what was reached before the call is committed. Rejects with kafkajs's errors. */
  flush(): Promise<void> {
    return this.#writes.flush()
  }

  /** Leaves the offsets to whoever has the partitions now; what was not committed will be handed out again. */
  abandon(): void {
    this.#abandoned = true
    this.#writes.end()
  }

  async #write(): Promise<void> {
    if (this.#abandoned || this.#unwritten.size === 0) return
    const [keys, events] = [this.#unwritten, this.#unwrittenEvents]
    const reached = [...keys].flatMap((key) => this.#reached.get(key) ?? [])
    this.#unwritten = new Set()
    try {
      await this.#commit(offsetsOf(reached))
      this.#unwrittenEvents -= events
    } catch (error) {
      for (const key of keys) this.#unwritten.add(key)
      throw error
    }
  }
}

/** A committed offset is the one to go on with, behind the last that is done. */
function offsetsOf(reached: readonly Reached[]): Offsets {
  const topics = Map.groupBy(reached, ({ topic }) => topic)
  return {
    topics: [...topics].map(([topic, partitions]) => ({
      topic,
      partitions: partitions.map(({ partition, offset, position }) => ({
        partition,
        offset: String(offset + 1),
        ...(position !== undefined && { metadata: position }),
      })),
    })),
  }
}
