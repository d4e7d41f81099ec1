import type { ProjectionName } from '../contract/documents.js'

/** The quarantine: streams that a projection could not go on with. One stream stands still; all others go on. */
export interface ParkedStreams {
  /**
   * Where the stream is parked already, the row of the earlier event stays, with the later of both `lastSkipped`; the tries at one event add up, and
   * it is parked since it was first.
   */
  park(stream: NewlyParked): Promise<void>
  /** As `park`, once everything in front of `failedVersion` is known to be applied: also where that is later than the row says. */
  parkAgain(stream: NewlyParked): Promise<void>
  /** Durably records that `version` was passed over; before the bus offset is committed. Never lowers. */
  raiseLastSkipped(projection: ProjectionName, streamId: string, version: number): Promise<void>
  /** The parked ones among these streams. */
  find(streamIds: readonly string[]): Promise<readonly ParkedStream[]>
  list(): Promise<readonly ParkedStream[]>
  /** Removes the row where `lastSkipped` is still `lastSkipped`; false when more was skipped since. */
  remove(projection: ProjectionName, streamId: string, lastSkipped: number): Promise<boolean>
  /** Puts `next` in the place of the row's request, if that is still `expected`. False where it is not, or the row is gone. */
  changeRequest(place: ParkedPlace, expected: ReleaseRequest | null, next: ReleaseRequest | null): Promise<boolean>
}

export type ParkedPlace = Pick<ParkedStream, 'projection' | 'streamId'>

/** As a projector parks it: nobody has asked for anything yet. */
export type NewlyParked = Omit<ParkedStream, 'request'>

export interface ParkedStream {
  readonly projection: ProjectionName
  readonly streamId: string
  /** The first version that could not be applied. */
  readonly failedVersion: number
  /** The highest version passed over so far. */
  readonly lastSkipped: number
  readonly eventType: string
  /** Of that event in the log (positionText of contract/globalPosition.ts). */
  readonly eventPosition: string
  /** Without personal data. */
  readonly error: string
  readonly attempts: number
  readonly parkedAt: string
  /** What an operator has asked for, until it is done. */
  readonly request: ReleaseRequest | null
}

/**
 * That a stream should be taken up again. A row of the store and no call to a projector: whoever runs does it, also after the one who had begun has died,
 * and in its turn among the slices, so that what is announced of a stream stays in order.
 */
export interface ReleaseRequest {
  /** Of this asking. */
  readonly id: string
  /**
   * retry: the event is tried again, and the projection goes on from the document as it is. release: the document is first written anew from the log,
   * and every version of the stream is announced again.
   */
  readonly kind: 'retry' | 'release'
  readonly askedAt: string
  /** The projector that does it, and when it began; null as long as none does. */
  readonly taken: { readonly by: string; readonly at: string } | null
}

/** The row of a stream that is parked while it is parked already. isNewer: whether the event given takes the place of the row's. */
export function parkedOver(found: ParkedStream, parked: NewlyParked, isNewer: boolean): ParkedStream {
  const isSameEvent = parked.failedVersion === found.failedVersion
  const { attempts, parkedAt } = isNewer ? parked : found
  return {
    ...(isNewer ? parked : found),
    request: found.request,
    lastSkipped: Math.max(found.lastSkipped, parked.lastSkipped),
    attempts: isSameEvent ? found.attempts + parked.attempts : attempts,
    parkedAt: isSameEvent ? found.parkedAt : parkedAt,
  }
}
