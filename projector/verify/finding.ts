import type { ProjectionName } from '../../src/contract/documents.js'
import type { FieldDifference } from './compareDocuments.js'

/**
 * One document that is not what the log says:
 * - missing: the log has the stream, the store has no document
 * - behind: it is right for what it shows, and does not show everything
 * - differs: it is not what the log says of the version that it shows
 * - ahead: it shows a version that the log does not have
 * - extra: the log has no such stream
 * - unreadable: a projection can't go on with the stream, and nobody has parked it
 */
export interface Finding {
  readonly projection: ProjectionName
  readonly streamId: string
  readonly kind: 'missing' | 'behind' | 'differs' | 'ahead' | 'extra' | 'unreadable'
  /** That the document shows; null where there is none. */
  readonly storedVersion: number | null
  /** The newest in the log; null where it does not have the stream. */
  readonly logVersion: number | null
  readonly fields: readonly FieldDifference[]
  /** Of an unreadable one. Without personal data. */
  readonly error?: string
  /** Of one that is behind: what it shows, and what it has to show to catch up with what was seen. */
  readonly lag?: { readonly shown: number; readonly wanted: number }
}

/**
 * Whether what was found at a first look is wrong, now that a second one has been taken some time after it. What has caught up meanwhile with all
 * that there was at the first look is in flight, and no difference.
 */
export function isStillWrong(first: Finding, second: Finding): boolean {
  if (second.kind !== 'behind' || !second.lag) return true
  const wanted = first.lag?.wanted ?? first.logVersion ?? 0
  return second.lag.shown < wanted
}
