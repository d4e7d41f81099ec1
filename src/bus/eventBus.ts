import type { EventEnvelope } from '../contract/eventEnvelope.js'
import type { GlobalPosition } from '../contract/globalPosition.js'
import type { ConsumerGroups } from './consumerGroups.js'

/**
 * The way of events from the log to their consumers: at least once, the events of one stream in the order of their versions.
 */
export interface EventBus {
  /**
   * Joins `group`: everything is handed to one consumer of a group, from where the group left off, the oldest event first.
   * Throws BusUnavailable when the bus can't be reached.
   */
  subscribe(group: string): Promise<EventConsumer>
  /**
   * How far `group` has come: of the log up to this position everything that the bus will ever carry is committed by the group. May fall
   * short of the truth, also below an earlier answer; the highest answer holds. Throws BusUnavailable.
   */
  progress(group: string): Promise<GlobalPosition>
  /** How far `group` has come on each part of the bus that is read by itself, for people who look. Throws BusUnavailable. */
  parts(group: string): Promise<readonly GroupPart[]>
  readonly groups: ConsumerGroups
}

export interface GroupPart {
  /** `log`, `<topic>/<partition>`, or `relay` for the way from the log to the bus. */
  readonly name: string
  /** Everything of this part is done up to here in the log. */
  readonly committed: GlobalPosition
  /** Events that are on the bus and not done; left out where only the log can tell. */
  readonly behind?: number
  /** Whether an event of the log belongs to this part. */
  covers(event: Pick<EventEnvelope, 'streamId' | 'streamCategory'>): boolean
}

/** Event: the form in which the events are handed out. */
export interface EventConsumer<Event = EventEnvelope> {
  /**
   * Whether the group hands events to this consumer just now, as far as can be known here. False while another works in its place, and after
   * a pause so long that another may.
   */
  readonly active: boolean
  /**
   * For how long it has been out of its group because of a fault, and has tried to come back; 0 where it is in the group, also where it stands by.
   */
  readonly outForMs: number
  /**
   * The next slice: waits until there is at least one event, then gives what has come, at most `limit`.
   * Undefined once the consumer was closed or `signal` aborted. Throws BusUnavailable; the call may be repeated.
   */
  next(limit: number, signal: AbortSignal): Promise<EventSlice<Event> | undefined>
  /**
   * Whether the slice is still this consumer's to finish. Once it is not, its events are handed out again, to this consumer or another: what
   * others are told in order, such as announcements, must then not be said any more.
   */
  holds(slice: EventSlice<Event>): boolean
  /**
   * States that everything up to the end of `slice` is durably done. Never goes back; may be written beside the work, but is written at
   * the latest by `close`. After a restart the group goes on behind the last committed slice. Waits while more than MAX_UNCOMMITTED_EVENTS
   * (contract/repeatSpan.ts) are not durable yet. Throws what is retriable; the call may be repeated. Does nothing for a slice that it does not
   * hold any more.
   */
  commit(slice: EventSlice<Event>): Promise<void>
  close(): Promise<void>
}

export interface EventSlice<Event = EventEnvelope> {
  readonly events: readonly Event[]
}

/** The bus is there, and is not what this installation can work with: somebody has to change what the message names. */
export class UnusableBus extends Error {
  override readonly name: string = 'UnusableBus'
}

/** The bus can't be reached just now. Retriable, always. */
export class BusUnavailable extends Error {
  override readonly name = 'BusUnavailable'
  readonly retryable = true
}
