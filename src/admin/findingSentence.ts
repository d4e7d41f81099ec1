import type { Finding } from '../../projector/verify/finding.js'
import type { RepairOutcome } from '../../projector/verify/repair.js'

const WORDS: Readonly<Record<Finding['kind'], string>> = {
  missing: 'is missing',
  behind: 'is behind',
  differs: 'differs',
  ahead: 'shows a version that the log does not have',
  extra: 'has no stream in the log',
  unreadable: 'could not be folded',
}

/** One line for the operator. outcome: what came of its repair, where that was asked for. */
export function findingSentence(finding: Finding, { repaired, reason }: Partial<RepairOutcome> = {}): string {
  const { projection, streamId, kind, storedVersion, logVersion, fields, error } = finding
  const versions = [
    ...(storedVersion === null ? [] : [`version ${storedVersion}`]),
    ...(logVersion === null || logVersion === storedVersion ? [] : [`log at ${logVersion}`]),
  ]
  const details = [
    ...fields.map(({ field, stored, expected }) =>
      stored === undefined ? field : `${field} is ${stored}, expected ${expected}`,
    ),
    ...[error, reason].filter((each) => each !== undefined),
  ]
  const outcome = repaired === undefined ? '' : repaired ? ' [repaired]' : ' [not repaired]'
  const place = versions.length > 0 ? ` (${versions.join(', ')})` : ''
  const what = details.length > 0 ? `: ${details.join('; ')}` : ''
  return `${projection} ${streamId} ${WORDS[kind]}${place}${what}${outcome}`
}
