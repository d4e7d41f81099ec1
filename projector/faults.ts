import { UndecodableEvent } from '../src/contract/eventCodec.js'
import { isRetriable } from '../src/waiting/isRetriable.js'
import { UnexpectedEvent } from './projections/projection.js'

/** The store says that a document can never be stored as it is. */
export class RejectedDocument extends Error {
  override readonly name = 'RejectedDocument'
}

/** The log does not hold versions that a later event proves to exist. That is corruption. */
export class MissingEvents extends Error {
  override readonly name = 'MissingEvents'

  constructor(streamId: string, from: number, to: number) {
    super(`The log has no unbroken run of versions ${from} to ${to} of ${streamId}.`)
  }
}

/**
 * What may be written down of an error: our own messages hold no personal data, those of others might (a JSON parser quotes its input), so of
 * them only the name and the place stay.
 */
export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return 'A thrown value that is no error'
  const isOurs =
    isRetriable(error) ||
    error instanceof UndecodableEvent ||
    error instanceof UnexpectedEvent ||
    error instanceof RejectedDocument ||
    error instanceof MissingEvents
  if (isOurs) return `${error.name}: ${error.message}`
  const place = /\n\s+at (.*)/.exec(error.stack ?? '')?.[1]?.replace(/[^\s(]*[/\\]/, '')
  return place ? `${error.name} at ${place}` : error.name
}
