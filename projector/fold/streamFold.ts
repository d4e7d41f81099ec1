import type { Documents, ProjectionName } from '../../src/contract/documents.js'
import type { DomainEvent } from '../../src/contract/eventCodec.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { positionText } from '../../src/contract/globalPosition.js'
import { parseStreamId, type StreamCategory } from '../../src/contract/streams.js'
import { isRetriable } from '../../src/waiting/isRetriable.js'
import type { Decode } from '../eventReader.js'
import { faultText, MissingEvents } from '../faults.js'
import { forgotten } from '../projections/customer.js'
import { factsOf } from '../projections/projection.js'
import { PROJECTIONS_OF, project } from '../projections/registry.js'

/** Where a projection can't go on: what would park its stream there. */
export interface FoldFault {
  /** The first version that it can't take. */
  readonly version: number
  readonly eventType: string
  /** Of that event in the log (positionText of contract/globalPosition.ts). */
  readonly eventPosition: string
  /** Without personal data. */
  readonly error: string
}

/**
 * One stream of the log, folded by every projection that makes a document of it, and by nothing else: what the read models have to say of it.
 *
 * Two things are not of this stream alone and stay as at their beginning: an order's customer (version 0) and a customer's `ordersVersion` (0).
 */
export class StreamFold {
  readonly category: StreamCategory
  /** Of the aggregate. */
  readonly id: string
  /** By projection, as far as it could be folded. */
  readonly documents: Partial<Documents> = {}
  readonly faults = new Map<ProjectionName, FoldFault>()
  #version = 0

  constructor(readonly streamId: string) {
    const { category, id } = parseStreamId(streamId)
    this.category = category
    this.id = id
  }

  /** Of the last event that was added. */
  get version(): number {
    return this.#version
  }

  get projections(): readonly ProjectionName[] {
    return PROJECTIONS_OF[this.category]
  }

  /** envelope: the event right behind the last one. Throws what is retriable; anything else is that projection's fault, and the others go on. */
  add(envelope: EventEnvelope, decode: Decode): void {
    for (const name of this.projections) if (!this.faults.has(name)) this.#fold(name, envelope, decode)
    if (envelope.type === 'CustomerForgotten') this.#forget(envelope)
    this.#version = envelope.streamVersion
  }

  #fold(name: ProjectionName, envelope: EventEnvelope, decode: Decode): void {
    try {
      if (envelope.streamVersion !== this.#version + 1) {
        throw new MissingEvents(this.streamId, this.#version + 1, envelope.streamVersion - 1)
      }
      this.#put(name, decode(envelope), envelope)
    } catch (error) {
      if (isRetriable(error)) throw error
      const { streamVersion: version, type: eventType, position } = envelope
      this.faults.set(name, { version, eventType, eventPosition: positionText(position), error: faultText(error) })
    }
  }

  #put(name: ProjectionName, event: DomainEvent, envelope: EventEnvelope): void {
    const documents: Record<string, unknown> = this.documents
    documents[name] = project(name, this.documents[name], event, factsOf(envelope))
  }

  /** As the quarantine lets it pass: the erasure does not depend on events that can't be read. */
  #forget({ streamVersion, metadata: { occurredAt } }: EventEnvelope): void {
    if (!this.faults.delete('customers')) return
    const known = this.documents.customers ?? { id: this.id, ordersVersion: 0, registeredAt: occurredAt }
    Object.assign(this.documents, { customers: forgotten(known, streamVersion, occurredAt) })
  }
}
