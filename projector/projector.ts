import type { Logger } from 'pino'
import type { CheckpointStore } from '../src/bus/checkpointStore.js'
import type { EventBus, EventConsumer } from '../src/bus/eventBus.js'
import type { LogObserver } from '../src/bus/logObserver.js'
import type { LogScan } from '../src/bus/logScan.js'
import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import { compareGlobalPositions, type GlobalPosition, START_OF_LOG } from '../src/contract/globalPosition.js'
import type { ProjectionStatusBoard } from '../src/read/projectionStatus.js'
import { pause } from '../src/waiting/pause.js'
import { SliceConsumer, type SliceConsumerParts } from './consumeBatch.js'
import { EventReader } from './eventReader.js'
import { faultText } from './faults.js'
import { DocumentRewrite } from './fold/documentRewrite.js'
import { LostTail, lostTailGroup } from './lostTail.js'
import { Releases } from './releases.js'
import { succeeds, untilDone } from './retry.js'
import { SliceLoop, type SliceLoopParts } from './sliceLoop.js'
import { reportStatus } from './statusReport.js'
import { Turns } from './turns.js'
import { type DriftCounts, RecentCheck } from './verify/recentCheck.js'

const DEFAULT_LOST_AFTER_MS = 30_000
const STATUS_INTERVAL_MS = 1_000
const SWEEP_INTERVAL_MS = 5_000
const CHECK_INTERVAL_MS = 10_000
const RELEASE_INTERVAL_MS = 500

export interface ProjectorOptions
  extends SliceConsumerParts,
    Pick<SliceLoopParts, 'mayWork' | 'isReplay' | 'sliceSize' | 'gatherMs'> {
  readonly bus: EventBus
  /** Consumer group: one for each generation of the documents. */
  readonly group: string
  readonly checkpoints: CheckpointStore
  readonly observer: LogObserver
  readonly scan: LogScan
  readonly status: Pick<ProjectionStatusBoard, 'report'>
  /** How old an event of the log is before it may be called lost by the bus, in milliseconds. Default 30,000. */
  readonly lostAfterMs?: number
}

export interface Projector {
  /** Whether the group hands events to it just now; false where it stands by while others do the work. */
  readonly isActive: boolean
  /**
   * For how long it has got nowhere: the oldest slice in work is not done, or the group can't be joined. 0 where there is nothing to do, or it stands
   * by. What keeps failing is tried again, and shows here.
   */
  readonly stuckForMs: number
  /** What the slow check of recent documents has seen. */
  readonly drift: DriftCounts
  /** Whether it has left the group, by `mayWork` or because it was stopped. It takes up nothing any more. */
  readonly hasLeft: boolean
  /** Finishes the slice in work, commits it and leaves the group. A slice that waits for a store is left to the next start. */
  stop(): Promise<void>
}

/** Joins the group and keeps the documents up to date until it is stopped. */
export function startProjector(options: ProjectorOptions): Projector {
  return new RunningProjector(options)
}

class RunningProjector implements Projector {
  readonly #options: ProjectorOptions
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  readonly #slices: SliceConsumer
  /** Slices are written beside each other; what the bus has lost, and what is released, beside none of them, so that neither sees the other's half-done work. */
  readonly #turns = new Turns()
  readonly #loop: SliceLoop
  readonly #lostTail: LostTail
  readonly #recentCheck: RecentCheck
  readonly #releases: Releases
  readonly #running: Promise<unknown>
  #consumer: EventConsumer | undefined
  #hasLeft = false
  #done: GlobalPosition = START_OF_LOG
  readonly #startedAt = performance.now()

  constructor(options: ProjectorOptions) {
    this.#options = options
    this.#logger = options.logger
    this.#slices = new SliceConsumer(options)
    this.#loop = new SliceLoop({ ...options, slices: this.#slices, turns: this.#turns, signal: this.#stopping.signal })
    this.#lostTail = new LostTail({
      observer: options.observer,
      checkpoints: options.checkpoints,
      documents: options.documents,
      parked: options.parked,
      streams: options.streamReader,
      group: lostTailGroup(options.group),
      minAgeMs: options.lostAfterMs ?? DEFAULT_LOST_AFTER_MS,
      logger: options.logger,
    })
    const folding = { ...options, events: new EventReader(options.customerKeys, options.cipher) }
    this.#recentCheck = new RecentCheck(folding)
    this.#releases = new Releases({ ...options, slices: this.#slices, rewrite: new DocumentRewrite(folding) })
    this.#running = Promise.all([
      this.#project(),
      this.#every(STATUS_INTERVAL_MS, 'The status report', () => this.#report()),
      this.#every(Math.min(SWEEP_INTERVAL_MS, options.lostAfterMs ?? SWEEP_INTERVAL_MS), 'The sweep', () =>
        this.#sweep(),
      ),
      this.#every(CHECK_INTERVAL_MS, 'The check of recent documents', () => this.#checkRecent()),
      this.#every(RELEASE_INTERVAL_MS, 'The release of parked streams', () => this.#release()),
    ])
  }

  get isActive(): boolean {
    return this.#consumer?.active ?? false
  }

  get stuckForMs(): number {
    const since = (this.#consumer ? this.#loop.oldestTakenAt : this.#startedAt) ?? Number.POSITIVE_INFINITY
    return Math.max(0, performance.now() - since, this.#consumer?.outForMs ?? 0)
  }

  get drift(): DriftCounts {
    return this.#recentCheck.counts
  }

  get hasLeft(): boolean {
    return this.#hasLeft
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #project(): Promise<void> {
    const consumer = await this.#untilDone('Joining the group', () => this.#options.bus.subscribe(this.#options.group))
    if (!consumer) return
    this.#consumer = consumer
    try {
      await this.#loop.run(consumer)
    } finally {
      await this.#leave(consumer)
      this.#hasLeft = true
    }
  }

  /** A checkpoint that can't be written any more costs repeats at the next start and nothing else. */
  async #leave(consumer: EventConsumer): Promise<void> {
    try {
      await consumer.close()
    } catch (error) {
      this.#logger.warn({ fault: faultText(error) }, 'The last checkpoint could not be written')
    }
  }

  /** What the bus has lost, from its write to its last after-duty, and from the start again after a fault. False when it was stopped before that. */
  #restore(events: readonly EventEnvelope[]): Promise<boolean> {
    const { logger } = this.#options
    return succeeds('What the bus has lost', () => this.#slices.consume(events), {
      signal: this.#stopping.signal,
      logger,
    })
  }

  async #report(): Promise<void> {
    await reportStatus(await this.#progress(), this.#options)
  }

  /** Left to others while the group has nothing for this consumer: it may be one that was paused, and announces what nobody waits for any more. */
  async #sweep(): Promise<void> {
    const done = await this.#progress()
    const takeTurn = () => this.#turns.alone(() => this.#lostTail.step(done, (events) => this.#restore(events)))
    while (!this.#stopping.signal.aborted && this.#consumer?.active && (await takeTurn()));
  }

  /** As the sweep: by turns with slices, and by one to whom the group hands events. */
  async #release(): Promise<void> {
    if (!this.#consumer?.active) return
    for (const row of await this.#releases.asked()) await this.#turns.alone(() => this.#releases.answer(row))
  }

  /** Left to others while the group has nothing for this consumer: it is looked at once, not by everybody. */
  async #checkRecent(): Promise<void> {
    if (this.#consumer?.active) await this.#recentCheck.step(await this.#progress())
  }

  /** Of the group: this process may be standing by while another does the work. */
  async #progress(): Promise<GlobalPosition> {
    const { bus, group } = this.#options
    const progress = await bus.progress(group)
    if (compareGlobalPositions(progress, this.#done) > 0) this.#done = progress
    return this.#done
  }

  async #every(intervalMs: number, what: string, task: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping
    for (await pause(intervalMs, signal); !signal.aborted; await pause(intervalMs, signal)) {
      await this.#untilDone(what, task)
    }
  }

  #untilDone<Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> {
    return untilDone(what, work, { signal: this.#stopping.signal, logger: this.#logger })
  }
}
