import type { Logger } from 'pino'
import type { CustomerDocument } from '../src/contract/documents.js'
import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import type { PersonalDataCipher } from '../src/contract/personalData.js'
import type { ProjectionResult } from '../src/contract/projectionResult.js'
import type { AnnouncementFeed } from '../src/read/announcementFeed.js'
import type { DocumentCache } from '../src/read/cache/documentCache.js'
import { NO_DOCUMENT_CACHE } from '../src/read/cache/noDocumentCache.js'
import type { DocumentStore } from '../src/read/documentStore.js'
import type { ParkedPlace, ParkedStreams } from '../src/read/parkedStreams.js'
import type { CustomerKeys } from '../src/write/customerKeys.js'
import type { StreamReader } from '../src/write/eventStore/eventStore.js'
import { appliedEvents, orderAnnouncement, parkedStreams } from './announce.js'
import { CustomerOrders } from './customerOrders.js'
import type { AnySlot, DocumentSlot } from './documentSlot.js'
import { DocumentsInHand } from './documentsInHand.js'
import { type Decode, EventReader } from './eventReader.js'
import { MissingEvents, RejectedDocument } from './faults.js'
import { gate, inOrder } from './gate.js'
import { factsOf } from './projections/projection.js'
import { forgetParked, Quarantine } from './quarantine.js'
import { StreamsInWork } from './streamsInWork.js'
import { groupByStream, type StreamWork, type Target } from './streamWork.js'
import { WriteThrough } from './writeThrough.js'

/** not-parked: somebody else has released it. */
export type ReleaseOutcome = 'released' | 'parked-again' | 'not-parked'

export interface SliceConsumerParts {
  readonly documents: DocumentStore
  /** That gateways read these documents through. Left out where they read the store itself. */
  readonly cache?: DocumentCache
  readonly feed: Pick<AnnouncementFeed, 'publish'>
  readonly parked: ParkedStreams
  readonly streamReader: StreamReader
  readonly customerKeys: CustomerKeys
  readonly cipher: PersonalDataCipher
  readonly logger: Logger
}

/**
 * Brings the documents up to a slice of events and does what follows from it: quarantine, orders and their customers, announcements.
 *
 * May be repeated at will, and run beside itself in another process: every step either compares before it writes or is owed at least once.
 */
export class SliceConsumer {
  readonly #store: WriteThrough
  readonly #documents: DocumentsInHand
  readonly #feed: Pick<AnnouncementFeed, 'publish'>
  readonly #streams: StreamReader
  readonly #events: EventReader
  readonly #quarantine: Quarantine
  readonly #customerOrders: CustomerOrders
  readonly #inWork = new StreamsInWork()

  constructor(parts: SliceConsumerParts) {
    const { cache = NO_DOCUMENT_CACHE, streamReader: streams, logger } = parts
    const store = new WriteThrough(parts.documents, cache, logger)
    this.#store = store
    this.#documents = new DocumentsInHand(store)
    this.#feed = parts.feed
    this.#streams = streams
    this.#events = new EventReader(parts.customerKeys, parts.cipher)
    this.#quarantine = new Quarantine(parts.parked, logger)
    this.#customerOrders = new CustomerOrders({
      documents: this.#documents,
      store,
      streams,
      events: this.#events,
      quarantine: this.#quarantine,
      logger,
    })
  }

  /**
   * Returns when all of it is durable and announced; only then may the slice be committed. Throws StoreUnavailable, LogUnavailable (retriable:
   * with the same events), and faults that concern no single stream.
   */
  async consume(events: readonly EventEnvelope[]): Promise<void> {
    const finish = await this.apply(events)
    await finish()
  }

  /**
   * The first half of `consume`: returns when the documents are durable, with the other half, the after-duties. Both may go on beside those of
   * other slices, as long as each slice is begun after those in front of it: a stream that another slice is writing is waited for. Throws as
   * `consume` does; so do the after-duties, which are to be done again then. They alone know what was applied here: to a slice that is consumed
   * anew it is done already.
   *
   * mayAnnounce: asked right before each announcement. It waits for the slices in front, or the announcements of a stream lose their order. False
   * where the slice has gone to another consumer meanwhile, which announces it; said by both, what a stream went through would be told out of order.
   */
  async apply(
    events: readonly EventEnvelope[],
    mayAnnounce = () => Promise.resolve(true),
  ): Promise<() => Promise<void>> {
    const works = groupByStream(events)
    await this.#inWork.write(works, async (some) => {
      await this.#quarantine.bar(some)
      await this.#write(some)
    })
    let tried = false
    return () => {
      const again = tried
      tried = true
      return this.#finish(works, mayAnnounce, again)
    }
  }

  /**
   * Takes a parked stream up again, once its cause is gone: applies from the log what was passed over, announces every version, and removes the
   * row only where nothing more was passed over meanwhile. May run beside the projector, in another process too.
   *
   * from: the first version that is announced again; default: the one that the stream is parked at.
   */
  async release({ projection, streamId }: ParkedPlace, from?: number): Promise<ReleaseOutcome> {
    for (let row = await this.#quarantine.rowOf(projection, streamId); row; ) {
      const first = Math.min(from ?? row.failedVersion, row.failedVersion)
      const works = groupByStream(await this.#streams.readStream(streamId, first, row.lastSkipped))
      const target = works[0]?.targets.find(({ slot }) => slot.projection === projection)
      if (target) target.isReleased = true
      await this.#quarantine.bar(works, projection)
      await this.#write(works)
      await this.#finish(works)
      if (target?.parked) return 'parked-again'
      if (await this.#quarantine.remove(row)) return 'released'
      row = await this.#quarantine.rowOf(projection, streamId)
    }
    return 'not-parked'
  }

  async #write(works: readonly StreamWork[]): Promise<void> {
    await this.#writeClean(works)
    await this.#writeFaulty(works)
  }

  /** again: after a try that failed somewhere, of which it is not known how far it came. */
  async #finish(works: readonly StreamWork[], mayAnnounce = () => Promise.resolve(true), again = false): Promise<void> {
    if (again) await this.#load(works)
    // Before the second look, which may load documents anew.
    const applied = await Promise.all(works.map((work) => appliedEvents(work, this.#streams)))
    const alreadyDone = slotsIn(works).filter(({ wasWritten }) => again || !wasWritten)
    const announced = this.#store.shownEverywhere(alreadyDone).then(() => this.#announce(applied.flat(), mayAnnounce))
    // Side by side: an order is visible with whatever customer it shows.
    await bothOf(announced, this.#lookAgain(works))
    await this.#announce(works.flatMap(parkedStreams), mayAnnounce)
    const isRepeated = alreadyDone.some(({ projection }) => projection === 'customers')
    const swept = await this.#customerOrders.sweep(slotsOf(works, 'customers'), async () => {
      await this.#store.shownEverywhere()
      // Which orders were written by the sweep of whoever began it before is not known any more.
      if (isRepeated) await this.#store.olderEnded()
    })
    await this.#announce(swept, mayAnnounce)
  }

  async #lookAgain(works: readonly StreamWork[]): Promise<void> {
    const refused = new Set<AnySlot>(await this.#customerOrders.lookAgain(slotsOf(works, 'orders')))
    for (const target of works.flatMap(({ targets }) => targets)) {
      if (refused.has(target.slot)) target.park(target.slot.version)
    }
    await this.#store.shownEverywhere()
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

  async #announce(results: readonly ProjectionResult[], mayAnnounce: () => Promise<boolean>): Promise<void> {
    if (results.length > 0 && (await mayAnnounce())) await this.#feed.publish(results)
  }
}

/** As Promise.all, but never leaves one running behind the caller's back when the other has failed. */
async function bothOf(...promises: readonly [Promise<void>, Promise<void>]): Promise<void> {
  await Promise.allSettled(promises)
  await Promise.all(promises)
}

/** Up to the first event that can't be folded, which is left for #writeFaulty. */
function foldAll(work: StreamWork, target: Target, decode: Decode): void {
  const { slot } = target
  target.faultAt = undefined
  const answer = gate(slot.version, target.admitted(work.events))
  if (answer.kind === 'done') return
  if (answer.kind === 'gap') {
    target.faultAt = answer.from
    return
  }
  for (const envelope of answer.events) {
    try {
      foldOne(work, slot, envelope, decode)
    } catch {
      // Kept for #writeFaulty, which tries it again alone and reports what it has against it.
      target.faultAt = envelope.streamVersion
      return
    }
  }
}

function foldOne(work: StreamWork, slot: AnySlot, envelope: EventEnvelope, decode: Decode): void {
  const before = slot.projection === 'orders' ? slot.current : undefined
  slot.fold(decode(envelope), factsOf(envelope))
  work.applied.add(envelope.streamVersion)
  if (slot.projection === 'orders' && slot.current) {
    work.snapshots.set(envelope.streamVersion, orderAnnouncement(before, slot.current))
  }
}

/** The events that some document of the stream does not show yet. */
function neededEvents(work: StreamWork): readonly EventEnvelope[] {
  const shown = Math.min(...work.targets.map(({ slot }) => slot.version))
  return work.events.filter((event) => event.streamVersion > shown)
}

function slotsIn(works: readonly StreamWork[]): readonly AnySlot[] {
  return works.flatMap(({ targets }) => targets.map(({ slot }) => slot))
}

function slotsOf<Name extends AnySlot['projection']>(
  works: readonly StreamWork[],
  projection: Name,
): readonly DocumentSlot<Name>[] {
  return slotsIn(works).filter((slot): slot is AnySlot & DocumentSlot<Name> => slot.projection === projection)
}

function customersIn(works: readonly StreamWork[]): ReadonlyMap<string, CustomerDocument> {
  return new Map(slotsOf(works, 'customers').flatMap(({ id, current }) => (current ? [[id, current] as const] : [])))
}
