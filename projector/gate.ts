/** Anything that stands at a version of its stream. */
interface Versioned {
  readonly streamVersion: number
}

export type GateAnswer<Event> =
  /** Nothing to write: every event is in the document already. After-duties are still owed. */
  | { readonly kind: 'done' }
  /** Exactly the next events, in order. */
  | { readonly kind: 'apply'; readonly events: readonly Event[] }
  /** Versions `from` to `to` (inclusive) are needed, and not all of them have come: the log has them. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }

/**
 * The one rule that makes repeats, losses and disorder on the bus harmless: version v is applied after v - 1 and after nothing else.
 *
 * version: what the document shows, 0 for none. events: of one stream, as `inOrder` gives them.
 */
export function gate<Event extends Versioned>(version: number, events: readonly Event[]): GateAnswer<Event> {
  const ahead = events.filter((event) => event.streamVersion > version)
  const last = ahead.at(-1)
  if (!last) return { kind: 'done' }
  const complete = ahead.length === last.streamVersion - version
  return complete ? { kind: 'apply', events: ahead } : { kind: 'gap', from: version + 1, to: last.streamVersion }
}

/** By version, each version once. */
export function inOrder<Event extends Versioned>(events: readonly Event[]): readonly Event[] {
  const byVersion = new Map(events.map((event) => [event.streamVersion, event]))
  return [...byVersion.values()].sort((a, b) => a.streamVersion - b.streamVersion)
}
