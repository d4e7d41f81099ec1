import type { GlobalPosition } from '../contract/globalPosition.js'
import type { StreamCategory } from '../contract/streams.js'
import type { EventConsumer } from './eventBus.js'

/** An event ready to be carried: what a bus puts on the outside, and the envelope as the text that it carries. */
export interface EventMessage {
  readonly eventId: string
  readonly type: string
  readonly schemaVersion: number
  readonly streamId: string
  readonly streamCategory: StreamCategory
  readonly streamVersion: number
  readonly position: GlobalPosition
  readonly traceparent: string
  /** The `EventEnvelope` as JSON. */
  readonly envelope: string
}

/** The log as the outbox of a bus: the same events in the same order as the log has them, to one active consumer of a group. */
export interface EventOutbox {
  /** Throws BusUnavailable when the log can't be reached. */
  subscribe(group: string): Promise<EventConsumer<EventMessage>>
}

/** The way onto a bus that has its own storage. */
export interface EventPublisher {
  /** Names the storage: one that is made anew has another name, and has to be filled from the start of the log. */
  readonly destination: string
  /**
   * Returns when all of them are durable on the bus, in this order for each stream. Throws BusUnavailable, and UnusableBus where somebody has to
   * change the bus before it takes them; then some of them may be there, and all have to be published again before later ones. One call at a time.
   */
  publish(messages: readonly EventMessage[]): Promise<void>
  close(): Promise<void>
}

/** The group whose checkpoint says how far the log has been published to a destination. */
export function relayGroup(destination: string): string {
  return `relay/${destination}`
}
