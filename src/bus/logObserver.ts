import type { GlobalPosition } from '../contract/globalPosition.js'
import type { StreamCategory } from '../contract/streams.js'

/** Looking at the log itself, past the bus: how far behind a consumer is, and whether the bus has lost something. Read only. */
export interface LogObserver {
  /** What lies behind `position`, committed or still below a transaction that runs. Throws BusUnavailable. */
  lagBehind(position: GlobalPosition): Promise<LogLag>
  /** The oldest events behind `position`, at most `limit`, also those above the horizon. Throws BusUnavailable. */
  waiting(position: GlobalPosition, limit: number): Promise<readonly WaitingEvent[]>
  /**
   * The newest version of each stream that has an event in the next `limit` events behind `after`, of those that are below the horizon and
   * older than `minAgeMs` by the database's clock; stops at the first younger one. Throws BusUnavailable.
   */
  settledHeads(after: GlobalPosition, limit: number, minAgeMs: number): Promise<SettledHeads>
  /**
   * A place in the log behind which lies everything that was recorded within the last `seconds` by the database's clock, and little more.
   * Looks at each of those events once. Throws BusUnavailable.
   */
  placeBefore(seconds: number): Promise<GlobalPosition>
  /** About how many events the log has, as its database last counted them. Throws BusUnavailable. */
  eventCount(): Promise<number>
  /**
   * How long something has been holding readers back, in seconds: the oldest transaction that writes, as far as the database lets our user see it, or
   * the oldest event above the horizon; 0 when there is neither. Throws BusUnavailable.
   */
  horizonAge(): Promise<number>
}

export interface LogLag {
  /** Counted up to MAX_COUNTED_LAG. */
  readonly events: number
  /** Age of the oldest of them by the database's clock; 0 when there is none. */
  readonly seconds: number
  /** The database's clock. */
  readonly asOf: string
}

export interface WaitingEvent {
  readonly streamId: string
  readonly streamCategory: StreamCategory
  /** By the database's clock. */
  readonly ageSeconds: number
}

/** Counting further costs more than anyone learns from it. */
export const MAX_COUNTED_LAG = 100_000

export interface SettledHeads {
  /** Stream id to version. */
  readonly heads: ReadonlyMap<string, number>
  /** Where to go on; `after` itself when there was nothing. */
  readonly end: GlobalPosition
}
