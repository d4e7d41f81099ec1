import type { Logger } from 'pino'
import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import type { PersonalDataCipher } from '../src/contract/personalData.js'
import type { AnnouncementFeed } from '../src/read/announcementFeed.js'
import type { DocumentCache } from '../src/read/cache/documentCache.js'
import { NO_DOCUMENT_CACHE } from '../src/read/cache/noDocumentCache.js'
import type { DocumentStore } from '../src/read/documentStore.js'
import type { ParkedPlace, ParkedStreams } from '../src/read/parkedStreams.js'
import type { CustomerKeys } from '../src/write/customerKeys.js'
import type { StreamReader } from '../src/write/eventStore/eventStore.js'
import { AfterDuties } from './afterDuties.js'
import { CustomerOrders } from './customerOrders.js'
import { DocumentsInHand } from './documentsInHand.js'
import { EventReader } from './eventReader.js'
import { Quarantine } from './quarantine.js'
import { StreamsInWork } from './streamsInWork.js'
import { groupByStream } from './streamWork.js'
import { StreamWriter } from './streamWriter.js'
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
  readonly #streams: StreamReader
  readonly #quarantine: Quarantine
  readonly #writer: StreamWriter
  readonly #afterDuties: AfterDuties
  readonly #inWork = new StreamsInWork()

  constructor(parts: SliceConsumerParts) {
    const { cache = NO_DOCUMENT_CACHE, feed, streamReader: streams, logger } = parts
    const store = new WriteThrough(parts.documents, cache, logger)
    const documents = new DocumentsInHand(store)
    const events = new EventReader(parts.customerKeys, parts.cipher)
    const quarantine = new Quarantine(parts.parked, logger)
    const customerOrders = new CustomerOrders({ documents, store, streams, events, quarantine, logger })
    this.#streams = streams
    this.#quarantine = quarantine
    this.#writer = new StreamWriter({ documents, streams, events, quarantine, customerOrders })
    this.#afterDuties = new AfterDuties({ store, documents, feed, streams, customerOrders })
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
      await this.#writer.write(some)
    })
    let tried = false
    return () => {
      const again = tried
      tried = true
      return this.#afterDuties.finish(works, mayAnnounce, again)
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
      await this.#writer.write(works)
      await this.#afterDuties.finish(works)
      if (target?.parked) return 'parked-again'
      if (await this.#quarantine.remove(row)) return 'released'
      row = await this.#quarantine.rowOf(projection, streamId)
    }
    return 'not-parked'
  }
}
