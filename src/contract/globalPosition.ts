/**
 * Where an event stands in the order over all streams: (era, transaction id, position), compared in that order and only by `compareGlobalPositions`.
 *
 * Neither part alone will do: `position` is drawn before commit, so a later one may become visible first; transaction ids start again
 * after a dump and restore, which raises the era. The bigints travel as decimal text, because JSON numbers end at 2^53.
 */
export interface GlobalPosition {
  readonly era: number
  /** PostgreSQL xid8, decimal. */
  readonly transactionId: string
  /** bigserial, decimal. */
  readonly position: string
}

/** Before the first event. */
export const START_OF_LOG: GlobalPosition = { era: 0, transactionId: '0', position: '0' }

const TEXT_FORM = /^(\d{1,9}):(\d{1,20}):(\d{1,19})$/

/** `<era>:<transaction id>:<position>`. */
export function positionText({ era, transactionId, position }: GlobalPosition): string {
  return `${era}:${transactionId}:${position}`
}

/** Undefined for a text of another form. */
export function parsePositionText(text: string): GlobalPosition | undefined {
  const [, era, transactionId, position] = TEXT_FORM.exec(text) ?? []
  if (era === undefined || transactionId === undefined || position === undefined) return undefined
  return { era: Number(era), transactionId, position }
}

/** Negative when a comes before b, 0 when they are the same place, positive when a comes after b. */
export function compareGlobalPositions(a: GlobalPosition, b: GlobalPosition): number {
  if (a.era !== b.era) return a.era - b.era
  return compareDecimals(a.transactionId, b.transactionId) || compareDecimals(a.position, b.position)
}

/** Decimal text without leading zeros: the longer is the larger. */
function compareDecimals(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}
