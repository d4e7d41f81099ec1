import type { CustomerDocument } from '../src/contract/documents.js'
import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import type { StreamReader } from '../src/write/eventStore/eventStore.js'
import type { CustomerOrders } from './customerOrders.js'
import type { AnySlot } from './documentSlot.js'
import type { DocumentsInHand } from './documentsInHand.js'
import type { EventReader } from './eventReader.js'
import { MissingEvents, RejectedDocument } from './faults.js'
import { foldAll, foldOne, neededEvents } from './foldStream.js'
import { gate, inOrder } from './gate.js'
import { forgetParked, type Quarantine } from './quarantine.js'
import { type StreamWork, slotsIn, slotsOf, type Target } from './streamWork.js'

export interface StreamWriterParts {
  readonly documents: DocumentsInHand
  readonly streams: StreamReader
  readonly events: EventReader
  readonly quarantine: Pick<Quarantine, 'applyOrPark'>
  readonly customerOrders: Pick<CustomerOrders, 'fillNew'>
}

/** Writes the documents of streams, through the gate: what is missing is taken from the log, and a stream that can't go on is parked. */
export class StreamWriter {
  readonly #documents: DocumentsInHand
  readonly #streams: StreamReader
  readonly #events: EventReader
  readonly #quarantine: Pick<Quarantine, 'applyOrPark'>
  readonly #customerOrders: Pick<CustomerOrders, 'fillNew'>

  constructor(parts: StreamWriterParts) {
    this.#documents = parts.documents
    this.#streams = parts.streams
    this.#events = parts.events
    this.#quarantine = parts.quarantine
    this.#customerOrders = parts.customerOrders
  }

  /** Returns when the documents are durable. Throws what is retriable, with the same works. */
  async write(works: readonly StreamWork[]): Promise<void> {
    await this.#writeClean(works)
    await this.#writeFaulty(works)
  }

  /** Folds every stream as far as it goes and writes each document once; again for those that somebody else wrote meanwhile. */
  async #writeClean(works: readonly StreamWork[]): Promise<void> {
    for (let open = works; open.length > 0; ) {
      await this.#load(open)
      await this.#fillGaps(open)
      const decode = await this.#events.prepare(open.flatMap(neededEvents))
      for (const work of open) for (const target of work.targets) foldAll(work, target, decode)
      await this.#customerOrders.fillNew(slotsOf(open, 'orders'), customersIn(works))
      const { conflicts, rejections } = await this.#documents.write(slotsIn(open))
      const refused = new Set<AnySlot>(rejections.map(({ slot }) => slot))
      const again = new Set<AnySlot>(conflicts)
      for (const target of open.flatMap(({ targets }) => targets)) {
        if (refused.has(target.slot)) target.faultAt = target.slot.version + 1
      }
      open = open.filter(({ targets }) => targets.some(({ slot }) => again.has(slot)))
    }
  }

  /** What could not be folded or stored in one go: event by event, until the one that is to blame is found. */
  async #writeFaulty(works: readonly StreamWork[]): Promise<void> {
    for (const work of works) {
      for (const target of work.targets) {
        if (target.faultAt !== undefined) {
          await this.#load([work])
          const left = target.admitted(work.events).filter((event) => event.streamVersion > target.slot.version)
          await this.#quarantine.applyOrPark(work, target, left, (...args) => this.#writeOne(...args))
          await this.#load([work])
        }
        while (forgetParked(work, target)) {
          const { conflicts } = await this.#documents.write([target.slot])
          if (conflicts.length === 0) break
          await this.#load([work])
        }
      }
    }
  }

  async #writeOne(work: StreamWork, target: Target, envelope: EventEnvelope): Promise<void> {
    const { slot } = target
    for (;;) {
      await this.#load([work])
      if (slot.version >= envelope.streamVersion) return
      if (slot.version !== envelope.streamVersion - 1) {
        throw new MissingEvents(work.streamId, slot.version + 1, envelope.streamVersion)
      }
      foldOne(work, slot, envelope, await this.#events.prepare([envelope]))
      if (slot.projection === 'orders') await this.#customerOrders.fillNew([slot], new Map())
      const { conflicts, rejections } = await this.#documents.write([slot])
      const [rejection] = rejections
      if (rejection) throw new RejectedDocument(rejection.reason)
      if (conflicts.length === 0) return
    }
  }

  async #load(works: readonly StreamWork[]): Promise<void> {
    await this.#documents.load(slotsIn(works))
  }

  async #fillGaps(works: readonly StreamWork[]): Promise<void> {
    await Promise.all(
      works.map(async (work) => {
        for (const target of work.targets) {
          const answer = gate(target.slot.version, target.admitted(work.events))
          if (answer.kind !== 'gap') continue
          const filling = await this.#streams.readStream(work.streamId, answer.from, answer.to)
          work.events = inOrder([...work.events, ...filling])
        }
      }),
    )
  }
}

function customersIn(works: readonly StreamWork[]): ReadonlyMap<string, CustomerDocument> {
  return new Map(slotsOf(works, 'customers').flatMap(({ id, current }) => (current ? [[id, current] as const] : [])))
}
