import type { Documents, ProjectionName } from '../../src/contract/documents.js'
import type { DomainEvent } from '../../src/contract/eventCodec.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { parseStreamId } from '../../src/contract/streams.js'
import type { CustomerEvent } from '../../src/domain/customer/events.js'
import type { OrderEvent } from '../../src/domain/order/events.js'
import type { ProductEvent } from '../../src/domain/product/events.js'

/** The events of the stream that makes a document. */
export interface EventsOf {
  readonly orders: OrderEvent
  readonly orderTimelines: OrderEvent
  readonly customers: CustomerEvent
  readonly products: ProductEvent
}

/**
 * A pure function: the document after one more event. `undefined` is the document before its first event. The event is always the one
 * right behind the document's version; the gate sees to it. Throws where the event cannot follow (a poison event).
 */
export type Projection<Name extends ProjectionName> = (
  document: Documents[Name] | undefined,
  event: EventsOf[Name],
  facts: EventFacts,
) => Documents[Name]

/** What a projection may know of an event besides what the domain says. */
export interface EventFacts {
  /** Of the aggregate. */
  readonly id: string
  readonly version: number
  readonly actor: string
  /** Null where the event carries no trace. */
  readonly traceId: string | null
}

export function factsOf(envelope: EventEnvelope): EventFacts {
  return {
    id: parseStreamId(envelope.streamId).id,
    version: envelope.streamVersion,
    actor: envelope.metadata.actor,
    traceId: traceIdOf(envelope.metadata.traceparent),
  }
}

/** An event in a stream, or at a place in it, where no such event can be. Holds no data of the event. */
export class UnexpectedEvent extends Error {
  override readonly name = 'UnexpectedEvent'

  constructor(projection: ProjectionName, event: DomainEvent, facts: EventFacts) {
    super(`The projection "${projection}" can't go on with ${event.type} at version ${facts.version}.`)
  }
}

/** W3C Trace Context: version, trace id, span id, flags. */
function traceIdOf(traceparent: string): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent)?.[1] ?? null
}
