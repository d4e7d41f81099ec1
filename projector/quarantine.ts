import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { ProjectionName } from '../src/contract/documents.js'
import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import type { ParkedStream, ParkedStreams } from '../src/read/parkedStreams.js'
import type { AnySlot } from './documentSlot.js'
import { faultText, isRetriable } from './faults.js'
import { forgotten } from './projections/customer.js'
import type { StreamWork, Target } from './streamWork.js'

/** Of one event, before its stream is parked. */
const MAX_ATTEMPTS = 5
const FIRST_PAUSE_MS = 10

/**
 * Puts the event into the document, durably. Throws what the projection, the codec or the store has against it.
 */
export type ApplyOne = (work: StreamWork, target: Target, envelope: EventEnvelope) => Promise<void>

/** One stream that a projection can't go on with stands still; all others go on. */
export class Quarantine {
  readonly #parked: ParkedStreams
  readonly #logger: Logger

  constructor(parked: ParkedStreams, logger: Logger) {
    this.#parked = parked
    this.#logger = logger
  }

  /**
   * Bars the parked projections of these streams from what lies behind the event that they were parked at, and records durably what they pass
   * over in this slice. released: a projection that is let through.
   */
  async bar(works: readonly StreamWork[], released?: ProjectionName): Promise<void> {
    const rows = await this.#find(works, released)
    if (rows.length === 0) return
    const byStream = new Map(works.map((work) => [work.streamId, work]))
    for (const { streamId, projection, lastSkipped } of rows) {
      const passed = byStream.get(streamId)?.lastArrived ?? 0
      if (passed > lastSkipped) await this.#parked.raiseLastSkipped(projection, streamId, passed)
    }
    // Looked at once more: a release may have removed the row between the look and the raise, which then recorded nothing.
    for (const { streamId, projection, failedVersion } of await this.#find(works, released)) {
      const work = byStream.get(streamId)
      const target = work?.targets.find(({ slot }) => slot.projection === projection)
      if (!work || !target) continue
      target.parkedAt = failedVersion
      target.announceParked = work.lastArrived >= failedVersion
    }
  }

  /**
   * Applies what is left of a stream event by event, each with a bounded number of tries, so that exactly the event that can't be applied is
   * found; parks the projection there. remaining: the events behind the document, in order.
   */
  async applyOrPark(
    work: StreamWork,
    target: Target,
    remaining: readonly EventEnvelope[],
    applyOne: ApplyOne,
  ): Promise<void> {
    for (const envelope of remaining) {
      const fault = await attempt(() => applyOne(work, target, envelope))
      if (fault === undefined) continue
      await this.#park(work, target.slot, envelope, fault)
      target.parkedAt = envelope.streamVersion
      target.announceParked = true
      return
    }
  }

  async rowOf(projection: ProjectionName, streamId: string): Promise<ParkedStream | undefined> {
    const rows = await this.#parked.find([streamId])
    return rows.find((row) => row.projection === projection)
  }

  /** False when more was passed over since the row was read. */
  remove({ projection, streamId, lastSkipped }: ParkedStream): Promise<boolean> {
    return this.#parked.remove(projection, streamId, lastSkipped)
  }

  async #find(works: readonly StreamWork[], except: ProjectionName | undefined): Promise<readonly ParkedStream[]> {
    const rows = await this.#parked.find(works.map(({ streamId }) => streamId))
    return rows.filter(({ projection }) => projection !== except)
  }

  async #park(work: StreamWork, slot: AnySlot, envelope: EventEnvelope, error: string): Promise<void> {
    const { projection } = slot
    const { streamId, streamVersion: failedVersion, type: eventType } = envelope
    await this.#parked.park({
      projection,
      streamId,
      failedVersion,
      lastSkipped: Math.max(failedVersion, work.lastArrived),
      eventType,
      error,
      attempts: MAX_ATTEMPTS,
      parkedAt: new Date().toISOString(),
    })
    this.#logger.error({ projection, streamId, failedVersion, eventType, fault: error }, 'Parked a stream')
  }
}

/**
 * CustomerForgotten passes even where the customer is parked: the erasure must happen, and what a forgotten customer looks like does not depend
 * on the events that could not be read. The document takes its version, so nothing of the stream is left to release.
 */
export function forgetParked(work: StreamWork, target: Target): boolean {
  const { slot } = target
  if (slot.projection !== 'customers' || !target.parked) return false
  const event = work.events.find(({ type }) => type === 'CustomerForgotten')
  if (!event || event.streamVersion <= slot.version) return false
  const at = event.metadata.occurredAt
  const known = slot.current ?? { id: work.id, ordersVersion: 0, registeredAt: at }
  slot.replace(forgotten(known, event.streamVersion, at))
  work.applied.add(event.streamVersion)
  return true
}

/** Undefined when it succeeded at last; else what the last try had against it. Throws what is retriable. */
async function attempt(work: () => Promise<void>): Promise<string | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work()
      return undefined
    } catch (error) {
      if (isRetriable(error)) throw error
      if (tries === MAX_ATTEMPTS) return faultText(error)
      await sleep(FIRST_PAUSE_MS * 2 ** tries)
    }
  }
}
