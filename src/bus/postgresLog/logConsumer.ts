import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { GlobalPosition } from '../../contract/globalPosition.js'
import { MAX_UNCOMMITTED_EVENTS } from '../../contract/repeatSpan.js'
import { pause } from '../../waiting/pause.js'
import type { CheckpointStore } from '../checkpointStore.js'
import type { EventConsumer, EventSlice } from '../eventBus.js'
import { CheckpointWriter } from './checkpointWriter.js'
import type { GroupLock } from './groupLock.js'
import type { LogSignal } from './logSignal.js'
import { hasHiddenEvents } from './readPage.js'
import { orUnavailable } from './translateErrors.js'

/** Larger pages cost memory and win nothing. */
const MAX_PAGE_EVENTS = 1_000
/** Without any signal. */
const IDLE_POLL_MS = 500
/** How often a consumer that stands by looks whether the active one is gone. */
const STANDBY_POLL_MS = 200
/** Events that the horizon hides become visible when another transaction ends, which nobody announces: look soon, then less often. */
const FIRST_HIDDEN_POLL_MS = 2
const LAST_HIDDEN_POLL_MS = 50

interface Positioned {
  readonly position: GlobalPosition
}

export interface LogConsumerParts<Event extends Positioned> {
  readonly group: string
  /** The next events behind `after`, in the form in which they are handed out. Throws pg's errors. */
  readonly readPage: (pool: Pool, after: GlobalPosition, limit: number) => Promise<readonly Event[]>
  readonly pool: Pool
  readonly lock: GroupLock
  readonly checkpoints: CheckpointStore
  readonly signal: LogSignal
  readonly logger: Logger
  /** Called when it is closed, perhaps more than once. */
  readonly onClosed: (consumer: PostgresLogConsumer<Event>) => void
}

/**
 * A consumer that reads the log itself.
 *
 *   standing by ──lock──► active ──lock lost, or checkpoint moved by another──► standing by
 *
 * Every time it becomes active it goes on from the stored checkpoint, not from where it was; slices of an earlier time are not its own any more.
 */
export class PostgresLogConsumer<Event extends Positioned> implements EventConsumer<Event> {
  readonly #parts: LogConsumerParts<Event>
  readonly #closed = new AbortController()
  readonly #turnOf = new WeakMap<EventSlice<Event>, ActiveTurn>()
  #active: ActiveTurn | undefined
  #hiddenPollMs = FIRST_HIDDEN_POLL_MS
  /** Since when the log could not be read. */
  #failingSince: number | undefined

  constructor(parts: LogConsumerParts<Event>) {
    this.#parts = parts
  }

  get active(): boolean {
    return this.#active !== undefined && this.#parts.lock.held && !this.#active.checkpoint.overtaken
  }

  get outForMs(): number {
    return this.#failingSince === undefined ? 0 : performance.now() - this.#failingSince
  }

  async next(limit: number, signal: AbortSignal): Promise<EventSlice<Event> | undefined> {
    try {
      return await this.#next(limit, signal)
    } catch (error) {
      this.#failingSince ??= performance.now()
      throw error
    }
  }

  async #next(limit: number, signal: AbortSignal): Promise<EventSlice<Event> | undefined> {
    const ended = AbortSignal.any([signal, this.#closed.signal])
    while (!ended.aborted) {
      const seen = this.#parts.signal.rings
      const active = await orUnavailable(() => this.#whileActive())
      if (!active) {
        this.#failingSince = undefined
        await pause(STANDBY_POLL_MS, ended)
        continue
      }
      const events = await orUnavailable(() =>
        this.#parts.readPage(this.#parts.pool, active.readUpTo, Math.min(limit, MAX_PAGE_EVENTS)),
      )
      this.#failingSince = undefined
      const last = events.at(-1)
      if (last) {
        active.readUpTo = last.position
        this.#hiddenPollMs = FIRST_HIDDEN_POLL_MS
        const slice = { events }
        this.#turnOf.set(slice, active)
        return slice
      }
      await this.#waitForMore(active.readUpTo, seen, ended)
    }
    return undefined
  }

  holds(slice: EventSlice<Event>): boolean {
    return this.active && this.#turnOf.get(slice) === this.#active
  }

  async commit(slice: EventSlice<Event>): Promise<void> {
    const { events } = slice
    const checkpoint = this.#turnOf.get(slice)?.checkpoint
    const last = events.at(-1)
    if (!checkpoint || !last || !this.holds(slice)) return
    checkpoint.advance(last.position, events.length)
    if (!checkpoint.overtaken && checkpoint.unwrittenEvents > MAX_UNCOMMITTED_EVENTS) await checkpoint.flush()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#parts.onClosed(this)
    const active = this.#active
    this.#active = undefined
    try {
      await active?.checkpoint.close()
    } finally {
      await this.#parts.lock.release()
    }
  }

  /** Undefined while another consumer of the group is active. */
  async #whileActive(): Promise<ActiveTurn | undefined> {
    const { lock, checkpoints, group, logger } = this.#parts
    if (this.active) return this.#active
    if (this.#active) {
      logger.warn({ group }, 'Not the active consumer of the group any more; standing by')
      this.#active.checkpoint.abandon()
      this.#active = undefined
      await lock.release()
    }
    if (!(await lock.tryAcquire())) return undefined
    const stored = await checkpoints.load(group)
    logger.info({ group, position: stored }, 'Active consumer of the group')
    this.#active = { readUpTo: stored, checkpoint: new CheckpointWriter(checkpoints, group, stored, logger) }
    return this.#active
  }

  async #waitForMore(readUpTo: GlobalPosition, seen: number, ended: AbortSignal): Promise<void> {
    const { pool, signal } = this.#parts
    if (await orUnavailable(() => hasHiddenEvents(pool, readUpTo))) {
      await signal.wait(seen, this.#hiddenPollMs, ended)
      this.#hiddenPollMs = Math.min(this.#hiddenPollMs * 2, LAST_HIDDEN_POLL_MS)
    } else {
      await signal.wait(seen, IDLE_POLL_MS, ended)
      this.#hiddenPollMs = FIRST_HIDDEN_POLL_MS
    }
  }
}

/** From becoming the active consumer until that ends. */
interface ActiveTurn {
  readUpTo: GlobalPosition
  readonly checkpoint: CheckpointWriter
}
