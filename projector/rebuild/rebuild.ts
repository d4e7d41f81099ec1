import type { CheckpointStore } from '../../src/bus/checkpointStore.js'
import type { EventBus } from '../../src/bus/eventBus.js'
import type { LogObserver } from '../../src/bus/logObserver.js'
import { PROJECTION_NAMES } from '../../src/contract/documents.js'
import type { DocumentCache } from '../../src/read/cache/documentCache.js'
import type { Generation, GenerationRegistry, StillAlone } from '../../src/read/generationRegistry.js'
import type { GenerationStore, Generations } from '../../src/read/generations.js'
import type { FoldParts } from '../fold/foldedStreams.js'
import { lostTailGroup } from '../lostTail.js'
import type { Finding } from '../verify/finding.js'
import { Verification } from '../verify/verification.js'
import { caughtUp } from './caughtUp.js'
import { fill } from './fill.js'
import { patiently } from './patiently.js'
import { settleSwitch, switchGeneration } from './switchGeneration.js'

const SWITCH_PATIENCE_MS = 30_000
/** How long a document of the new generation may be behind before it counts as different. */
const GRACE_MS = 2_000
const MAX_LISTED = 20
/** In front of the first stream. Saved before anything is written, so that a run that goes on knows that the group has its place. */
const NOTHING_FILLED = { streamId: '', events: 0 }

export interface RebuildParts extends FoldParts {
  readonly registry: GenerationRegistry
  readonly generations: Generations
  readonly bus: EventBus
  readonly checkpoints: CheckpointStore
  readonly observer: LogObserver
  /** That gateways read documents through. */
  readonly cache: Pick<DocumentCache, 'suspend' | 'resume'>
}

export interface RebuildPlan {
  /** Go on with a rebuild that ended before its switch. */
  readonly resume: boolean
  /** Of how many streams one is compared with the log; 1: each. */
  readonly everyNth: number
  readonly signal: AbortSignal
}

/** What is being done, as it goes on. */
export type RebuildProgress =
  | { readonly step: 'filling'; readonly generation: number; readonly events: number; readonly total: number }
  | { readonly step: 'following'; readonly generation: number; readonly lagEvents: number; readonly lagSeconds: number }
  | { readonly step: 'comparing'; readonly generation: number; readonly streams: number }
  | { readonly step: 'switching'; readonly generation: number }

export interface RebuildReport {
  /** The generation that is live now. */
  readonly generation: number
  /** The one that is kept. */
  readonly kept: number
  readonly documentsCompared: number
  /** How long nothing became visible. */
  readonly switchMs: number
}

/** As things are, there is nothing that could be rebuilt, gone back to or dropped. The message is one line for the operator. */
export class RebuildRefused extends Error {
  override readonly name = 'RebuildRefused'
  readonly code = 'REBUILD_REFUSED'
}

/** The new generation is not what the log says. It is followed on; nothing was switched. */
export class GenerationDiffers extends Error {
  override readonly name = 'GenerationDiffers'
  readonly code = 'GENERATION_DIFFERS'

  constructor(
    generation: number,
    readonly differences: number,
    /** The first of them. */
    readonly findings: readonly Finding[],
  ) {
    super(
      `Expected generation ${generation} to be what the log says, found ${differences} documents that are not: nothing was switched. Compare again with --resume, or give it up with --drop.`,
    )
  }
}

/**
 * Makes all read models anew from the log while everything goes on, and switches to them: filled from the log, brought up to date by the projectors,
 * compared with the log, switched. May end at any step, by a fault or a signal or kill -9, and go on with `resume`: readers see the old
 * generation until the switch, which the projectors bring to an end themselves.
 */
export class Rebuild {
  readonly #parts: RebuildParts
  readonly #tell: (progress: RebuildProgress) => void

  constructor(parts: RebuildParts, tell: (progress: RebuildProgress) => void) {
    this.#parts = parts
    this.#tell = tell
  }

  /** Throws RebuildRefused, GenerationDiffers, SwitchFailed, SwitchUnsettled, GenerationsBusy, and what the stores throw. */
  run(plan: RebuildPlan): Promise<RebuildReport> {
    return this.#alone(async (live, other, stillAlone) => {
      const number = other ? resumable(other, plan.resume) : await this.#begin(plan.resume)
      const registered = (await this.#parts.registry.list()).find((each) => each.number === number)
      if (registered?.state === 'filling') await this.#fill(live, registered, plan.signal)
      await this.#caughtUp(number, plan.signal)
      const documentsCompared = await this.#compare(number, plan)
      return { ...(await this.#switch(live.number, number, stillAlone, plan.signal)), documentsCompared }
    })
  }

  /** Makes the generation live again that was before. Throws as `run`. */
  back(signal: AbortSignal): Promise<RebuildReport> {
    return this.#alone(async (live, other, stillAlone) => {
      if (other?.state !== 'kept' && other?.state !== 'following') {
        throw new RebuildRefused('Expected a generation to go back to, found none that is kept up to date.')
      }
      await this.#caughtUp(other.number, signal)
      return { ...(await this.#switch(live.number, other.number, stillAlone, signal)), documentsCompared: 0 }
    })
  }

  /** Deletes the generation that readers do not see; returns its number. Throws as `run`. */
  drop(signal: AbortSignal): Promise<number> {
    const { registry, generations, bus, checkpoints } = this.#parts
    return this.#alone(async (_live, other) => {
      if (!other)
        throw new RebuildRefused('Expected a generation that readers do not see, found none: nothing to drop.')
      const { number, state } = other
      if (state !== 'filling') await registry.change([{ generation: number, from: state, to: 'filling' }])
      // From here on there is nothing to go on with: who resumes begins with an empty one.
      await registry.saveFill(number, undefined)
      const store = await generations.create(number)
      // Until the projectors that follow it have noticed and left.
      await patiently(() => bus.groups.forget(store.group), signal)
      await checkpoints.forget(lostTailGroup(store.group))
      await generations.drop(number)
      await registry.remove(number)
      return number
    })
  }

  /** Nobody else rebuilds meanwhile, and a switch that died is settled first. other: the one that is not live; there is one at most. */
  #alone<Result>(
    work: (live: Generation, other: Generation | undefined, stillAlone: StillAlone) => Promise<Result>,
  ): Promise<Result> {
    const { registry } = this.#parts
    return registry.alone(async (stillAlone) => {
      await settleSwitch(this.#parts)
      const registered = await registry.list()
      const live = registered.find(({ state }) => state === 'live')
      if (!live) throw new RebuildRefused('Expected one live generation of the read models, found none.')
      return work(
        live,
        registered.find(({ state }) => state !== 'live'),
        stillAlone,
      )
    })
  }

  async #begin(resume: boolean): Promise<number> {
    if (resume) throw new RebuildRefused('Expected a rebuild to go on with, found none: begin one without --resume.')
    return this.#parts.registry.add()
  }

  async #fill(live: Generation, { number, fill: saved }: Generation, signal: AbortSignal): Promise<void> {
    const { registry, generations } = this.#parts
    const store = await generations.create(number)
    const after = saved ?? (await this.#takePlace(live, number, store))
    const total = await this.#parts.observer.eventCount()
    await fill(
      { ...this.#parts, ...store },
      {
        after,
        signal,
        onProgress: async (progress) => {
          await patiently(() => registry.saveFill(number, progress), signal)
          this.#tell({ step: 'filling', generation: number, events: progress.events, total })
        },
      },
    )
    await generations.finish(number)
    await registry.change([{ generation: number, from: 'filling', to: 'following' }])
  }

  /** Projectors will begin where the live generation is now: all in front of it is committed in the log, and found there. */
  async #takePlace(live: Generation, number: number, store: GenerationStore) {
    const { registry, generations, bus, checkpoints } = this.#parts
    const { group } = await generations.open(live.number)
    await bus.groups.moveTo(store.group, group)
    await checkpoints.copy(lostTailGroup(group), lostTailGroup(store.group))
    await registry.saveFill(number, NOTHING_FILLED)
    return NOTHING_FILLED
  }

  async #caughtUp(number: number, signal: AbortSignal): Promise<void> {
    const { group } = await this.#parts.generations.open(number)
    await caughtUp(this.#parts, group, signal, ({ events, seconds }) =>
      this.#tell({ step: 'following', generation: number, lagEvents: events, lagSeconds: seconds }),
    )
  }

  async #compare(number: number, { everyNth, signal }: RebuildPlan): Promise<number> {
    const store = await this.#parts.generations.open(number)
    const found: Finding[] = []
    const plan = { projections: PROJECTION_NAMES, sinceSeconds: undefined, everyNth, graceMs: GRACE_MS, signal }
    const verification = new Verification({ ...this.#parts, ...store }, plan, (findings) => {
      found.push(...findings.slice(0, MAX_LISTED - found.length))
    })
    const { documents, differences } = await verification.run((streams) =>
      this.#tell({ step: 'comparing', generation: number, streams }),
    )
    if (differences > 0) throw new GenerationDiffers(number, differences, found)
    return documents
  }

  async #switch(from: number, to: number, stillAlone: StillAlone, signal: AbortSignal) {
    this.#tell({ step: 'switching', generation: to })
    const startedAt = performance.now()
    await switchGeneration(
      { ...this.#parts, groups: this.#parts.bus.groups },
      { from, to, patienceMs: SWITCH_PATIENCE_MS, stillAlone, signal },
    )
    return { generation: to, kept: from, switchMs: Math.round(performance.now() - startedAt) }
  }
}

function resumable({ number, state }: Generation, resume: boolean): number {
  if (state === 'kept') {
    throw new RebuildRefused(
      `Expected no generation beside the live one, found ${number}, kept from the last rebuild: delete it with --drop, or go back to it with --back.`,
    )
  }
  if (resume) return number
  throw new RebuildRefused(
    `Expected no rebuild to be under way, found generation ${number} (${state}): go on with --resume, or give it up with --drop.`,
  )
}
