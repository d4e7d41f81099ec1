import type { LogObserver } from '../../src/bus/logObserver.js'
import type { ProjectionName } from '../../src/contract/documents.js'
import { streamIdOf } from '../../src/contract/streams.js'
import type { DocumentInventory } from '../../src/read/documentInventory.js'
import { pause } from '../../src/waiting/pause.js'
import { foldStreams } from '../fold/foldedStreams.js'
import type { StreamFold } from '../fold/streamFold.js'
import { categoryOf } from '../projections/registry.js'
import { DocumentCheck, type DocumentCheckParts } from './documentCheck.js'
import { compareLooks, type Finding } from './finding.js'
import { streamsToVerify } from './streamsToVerify.js'

/** After the first. Who is behind now in this and now in that is kept up to date. */
const LOOKS_AGAIN = 3

/** What is looked at twice, at most: a store that is far behind is told a part at a time. */
const SUSPECTS_AT_ONCE = 500

export interface VerificationParts extends DocumentCheckParts {
  readonly observer: LogObserver
  readonly inventory: DocumentInventory
}

export interface VerificationPlan {
  readonly projections: readonly ProjectionName[]
  /** Only streams with an event within so many seconds; undefined: all, and what the store holds without a stream as well. */
  readonly sinceSeconds: number | undefined
  /** Of how many streams one is looked at; 1: each. What the store holds without a stream is always looked for. Default 1. */
  readonly everyNth?: number
  /** How long what is not as it should be is given to become so, in milliseconds. */
  readonly graceMs: number
  readonly signal: AbortSignal
}

export interface VerificationReport {
  readonly streams: number
  readonly documents: number
  readonly differences: number
}

/**
 * Compares log and read models while both go on. Memory does not grow with either: findings are given away as they are confirmed.
 */
export class Verification {
  readonly #parts: VerificationParts
  readonly #plan: VerificationPlan
  readonly #check: DocumentCheck
  readonly #onFindings: (findings: readonly Finding[]) => Promise<void> | void
  #suspects = new Map<string, Finding>()
  #differences = 0

  /** onFindings: given each difference once, some at a time; awaited. */
  constructor(
    parts: VerificationParts,
    plan: VerificationPlan,
    onFindings: (findings: readonly Finding[]) => Promise<void> | void,
  ) {
    this.#parts = parts
    this.#plan = plan
    this.#check = new DocumentCheck(parts)
    this.#onFindings = onFindings
  }

  /** onProgress: streams looked at so far. Throws what the log and the stores throw, and the reason of `signal`. */
  async run(onProgress: (streams: number) => void = () => undefined): Promise<VerificationReport> {
    const { projections, sinceSeconds, everyNth = 1, signal } = this.#plan
    let [streams, documents, passed] = [0, 0, 0]
    for await (const folds of streamsToVerify(this.#parts, sinceSeconds)) {
      signal.throwIfAborted()
      const sampled = folds.filter(() => passed++ % everyNth === 0)
      const concerned = sampled.filter((fold) => fold.projections.some((name) => projections.includes(name)))
      await this.#lookAt(concerned)
      streams += concerned.length
      documents += concerned.flatMap((fold) => fold.projections.filter((name) => projections.includes(name))).length
      onProgress(streams)
    }
    await this.#lookAgain()
    if (sinceSeconds === undefined) for (const name of projections) await this.#findExtra(name)
    return { streams, documents, differences: this.#differences }
  }

  async #lookAt(folds: readonly StreamFold[]): Promise<void> {
    for (const finding of await this.#check.check(folds, this.#plan.projections)) {
      this.#suspects.set(keyOf(finding), finding)
    }
    if (this.#suspects.size >= SUSPECTS_AT_ONCE) await this.#lookAgain()
  }

  /** What is not as it should be was perhaps under way: it gets its time, and what is wrong then is told. */
  async #lookAgain(): Promise<void> {
    for (let look = 1; look <= LOOKS_AGAIN && this.#suspects.size > 0; look++) {
      const suspects = this.#suspects
      this.#suspects = new Map()
      await pause(this.#plan.graceMs, this.#plan.signal)
      this.#plan.signal.throwIfAborted()
      const streamIds = [...new Set([...suspects.values()].map(({ streamId }) => streamId))]
      const folds = await foldStreams(this.#parts, streamIds)
      const wrong: Finding[] = []
      for (const second of await this.#check.check([...folds.values()], this.#plan.projections)) {
        const first = suspects.get(keyOf(second))
        const outcome = first && compareLooks(first, second)
        if (outcome === 'wrong') wrong.push(second)
        if (outcome === 'other') this.#suspects.set(keyOf(second), second)
      }
      await this.#tell(wrong)
    }
    this.#suspects.clear()
  }

  /** An event is committed before any document shows it, so that one look is enough. */
  async #findExtra(projection: ProjectionName): Promise<void> {
    const category = categoryOf(projection)
    for await (const ids of this.#parts.inventory.ids(projection)) {
      this.#plan.signal.throwIfAborted()
      const streamIds = ids.map((id) => streamIdOf(category, id))
      const heads = await this.#parts.scan.heads(streamIds)
      const unknown = streamIds.filter((streamId) => !heads.has(streamId))
      await this.#tell(
        unknown.map((streamId) => ({
          projection,
          streamId,
          kind: 'extra',
          storedVersion: null,
          logVersion: null,
          fields: [],
        })),
      )
    }
  }

  async #tell(findings: readonly Finding[]): Promise<void> {
    this.#differences += findings.length
    if (findings.length > 0) await this.#onFindings(findings)
  }
}

function keyOf({ projection, streamId }: Finding): string {
  return `${projection} ${streamId}`
}
