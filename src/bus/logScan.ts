import type { EventEnvelope } from '../contract/eventEnvelope.js'

/**
 * The log read stream by stream, past the bus and past the order of the log, for those who fold streams. Read only. What is committed is seen, also
 * what is still above the horizon.
 */
export interface LogScan {
  /**
   * The next events behind a place, at most `limit`, in the order of stream id and version. Customers come before orders, and orders before
   * products. Throws BusUnavailable.
   */
  eventsBehind(place: StreamPlace, limit: number): Promise<readonly EventEnvelope[]>
  /** Every event of these streams, in that order. Throws BusUnavailable. */
  eventsOf(streamIds: readonly string[]): Promise<readonly EventEnvelope[]>
  /** The newest version of each of these streams; a stream that the log does not have is absent. Throws BusUnavailable. */
  heads(streamIds: readonly string[]): Promise<ReadonlyMap<string, number>>
}

export interface StreamPlace {
  readonly streamId: string
  readonly streamVersion: number
}

/** In front of the first stream. */
export const FIRST_STREAM: StreamPlace = { streamId: '', streamVersion: 0 }
