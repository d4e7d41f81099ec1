import type { EventEnvelope } from '../contract/eventEnvelope.js'

/**
 * The way of events from the log to their consumers: at least once, the events of one stream in the order of their versions.
 */
export interface EventBus {
  /**
   * Joins `group`: everything is handed to one consumer of a group, from where the group left off, the oldest event first.
   * Throws BusUnavailable when the bus can't be reached.
   */
  subscribe(group: string): Promise<EventConsumer>
}

export interface EventConsumer {
  /**
   * The next slice: waits until there is at least one event, then gives what has come, at most `limit`.
   * Undefined once the consumer was closed or `signal` aborted. Throws BusUnavailable; the call may be repeated.
   */
  next(limit: number, signal: AbortSignal): Promise<EventSlice | undefined>
  /**
   * States that everything up to the end of `slice` is durably done. Never goes back; may be written beside the work, but is written at
   * the latest by `close`. After a restart the group goes on behind the last committed slice. Waits while more than MAX_UNCOMMITTED_EVENTS
   * (contract/repeatSpan.ts) are not durable yet. Throws what is retriable; the call may be repeated.
   */
  commit(slice: EventSlice): Promise<void>
  close(): Promise<void>
}

export interface EventSlice {
  readonly events: readonly EventEnvelope[]
}

/** The bus can't be reached just now. Retriable, always. */
export class BusUnavailable extends Error {
  override readonly name = 'BusUnavailable'
  readonly retryable = true
}
