import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { EventEnvelope } from '../../contract/eventEnvelope.js'
import type { GlobalPosition } from '../../contract/globalPosition.js'
import { MAX_UNCOMMITTED_EVENTS } from '../../contract/repeatSpan.js'
import type { CheckpointStore } from '../checkpointStore.js'
import type { EventConsumer, EventSlice } from '../eventBus.js'
import { CheckpointWriter } from './checkpointWriter.js'
import type { GroupLock } from './groupLock.js'
import type { LogSignal } from './logSignal.js'
import { hasHiddenEvents, readPage } from './readPage.js'
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

export interface LogConsumerParts {
  readonly group: string
  readonly pool: Pool
  readonly lock: GroupLock
  readonly checkpoints: CheckpointStore
  readonly signal: LogSignal
  readonly logger: Logger
}

/**
 * A consumer that reads the log itself.
 *
 *   standing by ──lock──► active ──lock lost, or checkpoint moved by another──► standing by
 *
 * Every time it becomes active it goes on from the stored checkpoint, not from where it was.
 */
export class PostgresLogConsumer implements EventConsumer {
  readonly #parts: LogConsumerParts
  readonly #closed = new AbortController()
  #active: { readUpTo: GlobalPosition; readonly checkpoint: CheckpointWriter } | undefined
  #hiddenPollMs = FIRST_HIDDEN_POLL_MS

  constructor(parts: LogConsumerParts) {
    this.#parts = parts
  }

  async next(limit: number, signal: AbortSignal): Promise<EventSlice | undefined> {
    const ended = AbortSignal.any([signal, this.#closed.signal])
    while (!ended.aborted) {
      const seen = this.#parts.signal.rings
      const active = await orUnavailable(() => this.#whileActive())
      if (!active) {
        await pause(STANDBY_POLL_MS, ended)
        continue
      }
      const events = await orUnavailable(() =>
        readPage(this.#parts.pool, active.readUpTo, Math.min(limit, MAX_PAGE_EVENTS)),
      )
      if (events) {
        active.readUpTo = lastOf(events).position
        this.#hiddenPollMs = FIRST_HIDDEN_POLL_MS
        return { events }
      }
      await this.#waitForMore(active.readUpTo, seen, ended)
    }
    return undefined
  }

  async commit({ events }: EventSlice): Promise<void> {
    const checkpoint = this.#active?.checkpoint
    const last = events.at(-1)
    if (!checkpoint || !last) return
    checkpoint.advance(last.position, events.length)
    if (!checkpoint.overtaken && checkpoint.unwrittenEvents > MAX_UNCOMMITTED_EVENTS) await checkpoint.flush()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    const active = this.#active
    this.#active = undefined
    try {
      await active?.checkpoint.close()
    } finally {
      await this.#parts.lock.release()
    }
  }

  /** Undefined while another consumer of the group is active. */
  async #whileActive() {
    const { lock, checkpoints, group, logger } = this.#parts
    if (this.#active && lock.held && !this.#active.checkpoint.overtaken) return this.#active
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

function lastOf(events: readonly [EventEnvelope, ...EventEnvelope[]]): EventEnvelope {
  return events[events.length - 1] ?? events[0]
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
