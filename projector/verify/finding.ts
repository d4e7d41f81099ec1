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
  readonly lag?: Lag
}

/** What one that is behind shows, and what it has to show to catch up with what was seen. */
export interface Lag {
  /** Which of its versions: its own stream's, its customer's, or that of the customer on its orders. */
  readonly of: 'version' | 'customerVersion' | 'ordersVersion'
  readonly shown: number
  readonly wanted: number
}

/**
 * What has become of a finding, when a second look has been taken some time after the first:
 * - wrong: it is, and stays
 * - in-flight: it has caught up with all that there was at the first look, and is no difference
 * - other: it has caught up in what was behind, and is behind in something else, which may be in flight: a third look tells
 */
export function compareLooks(first: Finding, second: Finding): 'wrong' | 'in-flight' | 'other' {
  if (second.kind !== 'behind' || !second.lag) return 'wrong'
  const { of, wanted } = first.lag ?? { of: 'version', wanted: first.logVersion ?? 0 }
  if (second.lag.of !== of) return 'other'
  return second.lag.shown < wanted ? 'wrong' : 'in-flight'
}
