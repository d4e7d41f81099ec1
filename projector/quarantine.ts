import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { ProjectionName } from '../src/contract/documents.js'
import { UndecodableEvent } from '../src/contract/eventCodec.js'
import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import { positionText } from '../src/contract/globalPosition.js'
import { streamIdOf } from '../src/contract/streams.js'
import type { NewlyParked, ParkedStream, ParkedStreams } from '../src/read/parkedStreams.js'
import { isRetriable } from '../src/waiting/isRetriable.js'
import type { DocumentSlot } from './documentSlot.js'
import { faultText, RejectedDocument } from './faults.js'
import { forgotten } from './projections/customer.js'
import type { StreamWork, Target } from './streamWork.js'

/** Of one event, before its stream is parked: what a store refused once, or a defect of ours met, need not be so the next time. */
const MAX_ATTEMPTS = 5
const FIRST_PAUSE_MS = 10
/** Most of the time nothing is parked, and to ask for each slice is a tenth of what a slice takes. */
const LOOK_EVERY_MS = 1_000

/**
 * Puts the event into the document, durably. Throws what the projection, the codec or the store has against it.
 */
export type ApplyOne = (work: StreamWork, target: Target, envelope: EventEnvelope) => Promise<void>

/** One stream that a projection can't go on with stands still; all others go on. */
export class Quarantine {
  readonly #parked: ParkedStreams
  readonly #logger: Logger
  /** As of the last look, or of the last stream that was parked here. */
  #isEmpty = false
  /** On this process's clock. */
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(parked: ParkedStreams, logger: Logger) {
    this.#parked = parked
    this.#logger = logger
  }

  /**
   * Bars the parked projections of these streams from what lies behind the event that they were parked at, and records durably what they pass
   * over in this slice. released: a projection that is let through.
   *
   * What another process has parked within the last second may be missed. That is no harm: the event that could not be applied there can't be
   * applied here, so that the stream is parked again, with what this slice passes over.
   */
  async bar(works: readonly StreamWork[], released?: ProjectionName): Promise<void> {
    if (released === undefined && (await this.#nothingParked())) return
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
      const failure = await attempt(() => applyOne(work, target, envelope))
      if (!failure) continue
      await this.#park(work, target, envelope, failure)
      target.park(envelope.streamVersion)
      return
    }
  }

  /**
   * Parks an order that the store does not take with its customer of now. It is parked at the last version that it shows, whose after-duty that
   * is: a release repeats it.
   */
  async parkShown(order: DocumentSlot<'orders'>, event: EventEnvelope | undefined, reason: string): Promise<void> {
    await this.#record('park', {
      projection: order.projection,
      streamId: streamIdOf('order', order.id),
      failedVersion: order.version,
      lastSkipped: order.version,
      eventType: event?.type ?? 'unknown',
      eventPosition: event ? positionText(event.position) : '',
      error: faultText(new RejectedDocument(reason)),
      attempts: 1,
    })
  }

  async rowOf(projection: ProjectionName, streamId: string): Promise<ParkedStream | undefined> {
    const rows = await this.#parked.find([streamId])
    return rows.find((row) => row.projection === projection)
  }

  /** False when more was passed over since the row was read. */
  remove({ projection, streamId, lastSkipped }: ParkedStream): Promise<boolean> {
    return this.#parked.remove(projection, streamId, lastSkipped)
  }

  async #nothingParked(): Promise<boolean> {
    const now = performance.now()
    if (now >= this.#lookedAt + LOOK_EVERY_MS) {
      this.#isEmpty = (await this.#parked.list()).length === 0
      this.#lookedAt = now
    }
    return this.#isEmpty
  }

  async #find(works: readonly StreamWork[], except: ProjectionName | undefined): Promise<readonly ParkedStream[]> {
    const rows = await this.#parked.find(works.map(({ streamId }) => streamId))
    return rows.filter(({ projection }) => projection !== except)
  }

  async #park(work: StreamWork, target: Target, envelope: EventEnvelope, { error, attempts }: Failure): Promise<void> {
    const { streamId, streamVersion: failedVersion, type: eventType, position } = envelope
    await this.#record(target.isReleased ? 'parkAgain' : 'park', {
      projection: target.slot.projection,
      streamId,
      failedVersion,
      lastSkipped: Math.max(failedVersion, work.lastArrived),
      eventType,
      eventPosition: positionText(position),
      error,
      attempts,
    })
  }

  async #record(how: 'park' | 'parkAgain', stream: Omit<NewlyParked, 'parkedAt'>): Promise<void> {
    await this.#parked[how]({ ...stream, parkedAt: new Date().toISOString() })
    this.#isEmpty = false
    const { projection, streamId, failedVersion, eventType, error } = stream
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

interface Failure {
  /** What the last try had against it. */
  readonly error: string
  readonly attempts: number
}

/** Undefined when it succeeded at last. Throws what is retriable. */
async function attempt(work: () => Promise<void>): Promise<Failure | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work()
      return undefined
    } catch (error) {
      if (isRetriable(error)) throw error
      // What cannot be read stays so for as long as this release runs; a slice full of such events must not wait for each of them.
      if (tries === MAX_ATTEMPTS || error instanceof UndecodableEvent)
        return { error: faultText(error), attempts: tries }
      await sleep(FIRST_PAUSE_MS * 2 ** tries)
    }
  }
}
