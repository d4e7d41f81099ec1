import type { ProjectionName } from '../contract/documents.js'

/** The quarantine: streams that a projection could not go on with. One stream stands still; all others go on. */
export interface ParkedStreams {
  park(stream: ParkedStream): Promise<void>
  /** Durably records that `version` was passed over; before the bus offset is committed. Never lowers. */
  raiseLastSkipped(projection: ProjectionName, streamId: string, version: number): Promise<void>
  /** The parked ones among these streams. */
  find(streamIds: readonly string[]): Promise<readonly ParkedStream[]>
  list(): Promise<readonly ParkedStream[]>
  /** Removes the row where `lastSkipped` is still `lastSkipped`; false when more was skipped since. */
  remove(projection: ProjectionName, streamId: string, lastSkipped: number): Promise<boolean>
}

export interface ParkedStream {
  readonly projection: ProjectionName
  readonly streamId: string
  /** The first version that could not be applied. */
  readonly failedVersion: number
  /** The highest version passed over so far. */
  readonly lastSkipped: number
  readonly eventType: string
  /** Without personal data. */
  readonly error: string
  readonly attempts: number
  readonly parkedAt: string
}
