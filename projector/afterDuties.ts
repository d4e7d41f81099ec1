import type { ProjectionResult } from '../src/contract/projectionResult.js'
import type { AnnouncementFeed } from '../src/read/announcementFeed.js'
import type { StreamReader } from '../src/write/eventStore/eventStore.js'
import { appliedEvents, parkedStreams } from './announce.js'
import type { CustomerOrders } from './customerOrders.js'
import type { AnySlot } from './documentSlot.js'
import type { DocumentsInHand } from './documentsInHand.js'
import { type StreamWork, slotsIn, slotsOf } from './streamWork.js'
import type { WriteThrough } from './writeThrough.js'

export interface AfterDutiesParts {
  readonly store: WriteThrough
  readonly documents: DocumentsInHand
  readonly feed: Pick<AnnouncementFeed, 'publish'>
  readonly streams: StreamReader
  readonly customerOrders: Pick<CustomerOrders, 'lookAgain' | 'sweep'>
}

/** What follows from events whose documents are durable: announcements, the second look at the customers of orders, the sweep of customers' orders. */
export class AfterDuties {
  readonly #store: WriteThrough
  readonly #documents: DocumentsInHand
  readonly #feed: Pick<AnnouncementFeed, 'publish'>
  readonly #streams: StreamReader
  readonly #customerOrders: Pick<CustomerOrders, 'lookAgain' | 'sweep'>

  constructor(parts: AfterDutiesParts) {
    this.#store = parts.store
    this.#documents = parts.documents
    this.#feed = parts.feed
    this.#streams = parts.streams
    this.#customerOrders = parts.customerOrders
  }

  /**
   * Returns when all of it is done. Throws what is retriable; then it is to be done again, with the same works.
   *
   * mayAnnounce: asked right before each announcement.
   * again: after a try that failed somewhere, of which it is not known how far it came.
   */
  async finish(works: readonly StreamWork[], mayAnnounce = () => Promise.resolve(true), again = false): Promise<void> {
    if (again) await this.#documents.load(slotsIn(works))
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

  async #announce(results: readonly ProjectionResult[], mayAnnounce: () => Promise<boolean>): Promise<void> {
    if (results.length > 0 && (await mayAnnounce())) await this.#feed.publish(results)
  }
}

/** As Promise.all, but never leaves one running behind the caller's back when the other has failed. */
async function bothOf(...promises: readonly [Promise<void>, Promise<void>]): Promise<void> {
  await Promise.allSettled(promises)
  await Promise.all(promises)
}
