import type { OrderDocument, OrderTimelineDocument } from '../contract/documents.js'
import type { ProjectionResult } from '../contract/projectionResult.js'
import { streamIdOf } from '../contract/streams.js'
import type { AnnouncementRing } from './announcementRing.js'
import type { BatchedDocuments } from './batchedDocuments.js'
import type { OrderChangeItem } from './consistency.js'
import { StoreUnavailable } from './documentStore.js'
import type { Recheck } from './recheck.js'
import { WakeUp } from './wakeUp.js'

/** After a read that failed or showed less than was announced. */
const LOOK_AGAIN_MS = 1_000

/**
 * The changes of one order, each once and in order, whatever the announcements do.
 *
 * Announcements only say that it is time to look: what changed is read from the timeline, from behind the last change that was given out. So
 * nothing is buffered for a slow reader, and repeats, gaps and lost announcements change nothing in the result.
 */
export class OrderChangesOfOne {
  readonly #orderId: string
  readonly #documents: BatchedDocuments
  readonly #signal: AbortSignal
  readonly #wakeUp = new WakeUp()
  readonly #stopListening: () => void
  /** The highest version announced since the beginning that both documents show. */
  #announced = 0
  /** The last version given out, 0 for an order that was not there; undefined while the present state is to come first. */
  #given: number | undefined

  /** Listens from now on, until `signal` aborts. */
  constructor(
    orderId: string,
    sinceVersion: number | undefined,
    parts: {
      readonly ring: AnnouncementRing
      readonly documents: BatchedDocuments
      readonly recheck: Recheck
      readonly signal: AbortSignal
    },
  ) {
    this.#orderId = orderId
    this.#given = sinceVersion
    this.#documents = parts.documents
    this.#signal = parts.signal
    const wake = () => this.#wakeUp.ring()
    const stopRechecks = parts.recheck.add(wake)
    const stopRing = parts.ring.listen(streamIdOf('order', orderId), (result) => {
      if (isInBothDocuments(result)) this.#announced = Math.max(this.#announced, result.version)
      wake()
    })
    this.#stopListening = () => {
      stopRing()
      stopRechecks()
      wake()
    }
    if (parts.signal.aborted) this.#stopListening()
    else parts.signal.addEventListener('abort', this.#stopListening, { once: true })
  }

  async *items(): AsyncGenerator<OrderChangeItem, undefined> {
    try {
      while (!this.#signal.aborted) {
        const announced = this.#announced
        const news = await this.#look()
        for (const item of news ?? []) {
          if (this.#signal.aborted) return
          this.#given = item.version
          yield item
        }
        const isBehind = !news || (this.#given ?? 0) < announced
        if (!this.#signal.aborted) await this.#wakeUp.heard(isBehind ? LOOK_AGAIN_MS : undefined)
      }
    } finally {
      this.#signal.removeEventListener('abort', this.#stopListening)
      this.#stopListening()
    }
  }

  /** Undefined when the store could not be asked. */
  async #look(): Promise<readonly OrderChangeItem[] | undefined> {
    const announced = this.#announced
    // A re-check looks for what no announcement told of: only the store can know.
    const isNews = announced > (this.#given ?? announced)
    const isEnough = ({ version }: { readonly version: number }) => isNews && version >= announced
    try {
      const [timeline, order] = await Promise.all([
        this.#documents.load('orderTimelines', this.#orderId, isEnough),
        this.#documents.load('orders', this.#orderId, isEnough),
      ])
      if (timeline && order) return changesBehind(this.#given, timeline, order)
      // The present state is that there is no order: its creation is the first of the changes, however many there are by the next look.
      this.#given ??= 0
      return []
    } catch (error) {
      if (error instanceof StoreUnavailable) return undefined
      throw error
    }
  }
}

/** While one of them stands still its change is not to be had, so that looking for it again and again would be in vain. */
function isInBothDocuments(result: ProjectionResult): boolean {
  return (
    result.kind === 'applied' && result.projections.includes('orders') && result.projections.includes('orderTimelines')
  )
}

/** given: undefined asks for the present state alone. Only what both documents show: each may be ahead of the other. */
function changesBehind(
  given: number | undefined,
  timeline: OrderTimelineDocument,
  order: OrderDocument,
): readonly OrderChangeItem[] {
  const shown = Math.min(timeline.version, order.version)
  const isPresentState = given === undefined
  const behind = given ?? shown - 1
  return timeline.entries
    .filter(({ version }) => version > behind && version <= shown)
    .map(({ version, type, previousStatus }) => ({
      cursor: { version },
      type,
      version,
      previousStatus: isPresentState ? null : previousStatus,
      order,
    }))
}
