import type { Logger } from 'pino'
import type { EventConsumer, EventSlice } from '../src/bus/eventBus.js'
import { MAX_SLICE_EVENTS } from '../src/contract/repeatSpan.js'
import { ATTRIBUTES } from '../src/telemetry/attributeNames.js'
import { SPANS } from '../src/telemetry/spanNames.js'
import { inSpan, isTracing } from '../src/telemetry/spans.js'
import { pause } from '../src/waiting/pause.js'
import type { SliceConsumer } from './consumeBatch.js'
import { succeeds, untilDone } from './retry.js'
import type { Turns } from './turns.js'

/** Slices under way: some are written, some are announced. */
const MAX_IN_WORK = 4
/**
 * A slice of fewer events is waited for before the next one is taken, which holds all that has come meanwhile: as Nagle's algorithm does with packets.
 * Small slices beside each other cost the stores several times the requests, and with them everybody's delay.
 */
const WORTH_READING_AHEAD = 100
/** No longer: what follows from a slice may wait for seconds, for a cache that is away, and what comes behind it can be written meanwhile. */
const GATHERED_FOR_MS = 100

export interface SliceLoopParts {
  readonly slices: Pick<SliceConsumer, 'apply'>
  /** Slices are written beside each other, and beside nothing else that takes its turn. */
  readonly turns: Turns
  /**
   * Whether these documents are still to be kept up to date by this projector. Asked whenever the group hands events to it that handed it none, or
   * has handed them to others since; where the answer is no it leaves. Default: they are.
   */
  readonly mayWork?: () => Promise<boolean>
  /** Whether what is done here is done for documents that nobody reads: then the traces of its commands are not led to it. Default false. */
  readonly isReplay?: boolean
  /** Events taken at once, at most. Default, and never more than, MAX_SLICE_EVENTS. */
  readonly sliceSize?: number
  /** How long a small slice is waited for at most, in milliseconds. Default 100. */
  readonly gatherMs?: number
  readonly signal: AbortSignal
  readonly logger: Logger
}

/** Takes slices of events from the bus: large ones are written and followed up side by side, all are announced and committed one after the other. */
export class SliceLoop {
  readonly #parts: SliceLoopParts
  /** When each slice in work was taken, the oldest first, by performance.now(). */
  readonly #takenAt: number[] = []

  constructor(parts: SliceLoopParts) {
    this.#parts = parts
  }

  get #limit(): number {
    return Math.min(this.#parts.sliceSize ?? MAX_SLICE_EVENTS, MAX_SLICE_EVENTS)
  }

  /** When the oldest slice in work was taken, by performance.now(); undefined where there is none. */
  get oldestTakenAt(): number | undefined {
    return this.#takenAt[0]
  }

  /** Until it is stopped or may not work any more. Nothing is in work when it returns. */
  async run(consumer: EventConsumer): Promise<void> {
    const inWork: Promise<boolean>[] = []
    try {
      let finished = Promise.resolve(true)
      let former: EventSlice | undefined
      let slice = await this.#next(consumer)
      while (slice) {
        // Asked after it has joined the group, so that whoever sees the group empty after the answer has changed sees it stay so.
        if (!(former && consumer.holds(former)) && !(await this.#mayWork())) break
        former = slice
        const isLarge = slice.events.length >= Math.min(WORTH_READING_AHEAD, this.#limit)
        const ahead = isLarge ? this.#next(consumer) : undefined
        finished = this.#traced(consumer, slice, finished)
        if (inWork.push(finished) >= MAX_IN_WORK && !(await inWork.shift())) return
        if (!ahead && !(await this.#gathered(finished))) return
        slice = await (ahead ?? this.#next(consumer))
      }
    } finally {
      // All of them: one that could not be written ends before what follows from those in front of it, which still use the stores.
      await Promise.all(inWork)
    }
  }

  /** As `finished`, but true where that takes long. */
  async #gathered(finished: Promise<boolean>): Promise<boolean> {
    const done = new AbortController()
    const longEnough = pause(this.#parts.gatherMs ?? GATHERED_FOR_MS, done.signal).then(() => true)
    try {
      return await Promise.race([finished, longEnough])
    } finally {
      done.abort()
    }
  }

  async #mayWork(): Promise<boolean> {
    const { mayWork } = this.#parts
    return mayWork === undefined || (await untilDone('Asking for the generation', mayWork, this.#parts)) === true
  }

  #next(consumer: EventConsumer): Promise<EventSlice | undefined> {
    return untilDone('Fetching events', () => consumer.next(this.#limit, this.#parts.signal), this.#parts)
  }

  #traced(consumer: EventConsumer, slice: EventSlice, before: Promise<boolean>): Promise<boolean> {
    if (!isTracing()) return this.#consume(consumer, slice, before)
    const origins = slice.events.map(({ metadata }) => metadata.traceparent)
    const links = this.#parts.isReplay === true ? [] : origins
    const attributes = { [ATTRIBUTES.messagingOperationType]: 'process', [ATTRIBUTES.batchSize]: slice.events.length }
    return inSpan(SPANS.process, { kind: 'CONSUMER', root: true, links, attributes }, () =>
      this.#consume(consumer, slice, before),
    )
  }

  /** before: whether the slices in front were committed. False when it was stopped before all of them and this one were. */
  async #consume(consumer: EventConsumer, slice: EventSlice, before: Promise<boolean>): Promise<boolean> {
    const { slices, turns } = this.#parts
    this.#takenAt.push(performance.now())
    const mayAnnounce = async () => (await before) && consumer.holds(slice)
    const finish = await untilDone(
      'A slice of events',
      () => turns.together(() => slices.apply(slice.events, mayAnnounce)),
      this.#parts,
    )
    if (!finish || !(await succeeds('What follows from a slice of events', finish, this.#parts)) || !(await before))
      return false
    const isCommitted = await succeeds('The commit of a slice', () => consumer.commit(slice), this.#parts)
    this.#takenAt.shift()
    return isCommitted
  }
}
