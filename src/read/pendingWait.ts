import type { StreamVersion } from '../contract/consistencyToken.js'
import type { ProjectionResult } from '../contract/projectionResult.js'
import type { BatchedDocuments } from './batchedDocuments.js'
import type { View, WaitOutcome } from './consistency.js'
import { StoreUnavailable } from './documentStore.js'
import type { Searchability } from './searchability.js'
import { needsOf, type VersionNeed } from './versionNeeds.js'

/** A last look may end so long after the deadline; a store that has not answered by then cannot be reached. */
const LAST_LOOK_MS = 1_000

export interface WaitPorts {
  readonly documents: BatchedDocuments
  readonly searchability: Searchability
  readonly shownEverywhere: () => Promise<void>
}

/**
 * One wait for one version, from its first look to its one outcome.
 *
 *   looking --all shown--> (searchable, everywhere) --> reached
 *      |  \--not all, and parked----------> parked
 *      |  \--not all----------------------> listening --announced or re-check--> looking
 *      |                                        \--deadline--> looking for the last time --> timedOut
 *
 * Announcements and looks only ever raise what is known to be shown, so that they may come in any order.
 */
export class PendingWait {
  readonly outcome: Promise<WaitOutcome>
  readonly #target: StreamVersion
  readonly #documents: BatchedDocuments
  readonly #shown: Map<VersionNeed, number>
  /** What has to come to pass once everything is shown; those that have are taken out. */
  readonly #afterwards: (() => Promise<void>)[]
  readonly #settled = Promise.withResolvers<WaitOutcome>()
  #isSettled = false
  #isParked = false
  #isLate = false
  #look: 'none' | 'under way' | 'under way, once more' = 'none'
  /** What the last look that ended came to, or why it told nothing. */
  #lastLook: 'none yet' | 'answered' | StoreUnavailable = 'none yet'
  #lastLookTimer: NodeJS.Timeout | undefined

  constructor(target: StreamVersion, views: readonly View[], ports: WaitPorts, everywhere: boolean) {
    const { needs, searchable } = needsOf(target, views)
    this.#target = target
    this.#documents = ports.documents
    this.#shown = new Map(needs.map((need) => [need, 0]))
    this.#afterwards = [
      ...(searchable ? [() => ports.searchability.reached(target)] : []),
      ...(everywhere ? [() => this.#heldBack(ports)] : []),
    ]
    this.outcome = this.#settled.promise
  }

  hear(result: ProjectionResult): void {
    for (const need of this.#shown.keys()) this.#raise(need, need.shownBy(result))
    // A parked stream may have been released since it was announced: only a look can tell.
    if (result.kind === 'parked' || this.#isShown()) this.look()
  }

  /** Begins a look, or asks for one more after the one under way, which may have read before what is looked for now. */
  look(): void {
    if (this.#isSettled) return
    if (this.#isReached()) this.#settle({ kind: 'reached' })
    else if (this.#look === 'none') void this.#lookUntilKnown()
    else this.#look = 'under way, once more'
  }

  /** The deadline has come: answers after one more look, since the announcement may have been lost. */
  end(): void {
    if (this.#isSettled || this.#isLate) return
    this.#isLate = true
    this.#lastLookTimer = setTimeout(() => this.#settleLate(), LAST_LOOK_MS)
    this.look()
  }

  /** Nobody waits any more: answers with what is known. */
  abandon(): void {
    this.#settle({ kind: 'timedOut', currentVersion: this.#currentVersion() })
  }

  async #lookUntilKnown(): Promise<void> {
    do {
      this.#look = 'under way'
      try {
        await this.#lookOnce()
        this.#lastLook = 'answered'
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) return this.#fail(error)
        this.#lastLook = error
      }
      if (this.#isReached()) return this.#settle({ kind: 'reached' })
      if (this.#isParked) return this.#settle({ kind: 'parked', currentVersion: this.#currentVersion() })
      // A store that does not answer is asked again by the next re-check, not at once. Read as a whole: a look may be asked for meanwhile.
    } while (this.#wantsOneMore() && this.#lastLook === 'answered' && !this.#isSettled)
    this.#look = 'none'
    if (this.#isLate) this.#settleLate()
  }

  async #lookOnce(): Promise<void> {
    if (!this.#isShown()) {
      const unmet = [...this.#shown].filter(([, version]) => version < this.#target.version).map(([need]) => need)
      // Documents first: what is parked by the time of the second read was not applied at the time of the first.
      const versions = await Promise.all(unmet.map((need) => need.look(this.#documents, this.#target.version)))
      unmet.forEach((need, index) => {
        this.#raise(need, versions[index] ?? 0)
      })
    }
    if (this.#isShown()) await this.#finish()
    else this.#isParked = await this.#standsStill()
  }

  /** Every look has been answered by then: a deadline that comes meanwhile is lateness, not a store that can't be reached. */
  #heldBack({ shownEverywhere }: WaitPorts): Promise<void> {
    this.#lastLook = 'answered'
    return shownEverywhere()
  }

  async #finish(): Promise<void> {
    for (let next = this.#afterwards[0]; next; next = this.#afterwards[0]) {
      await next()
      this.#afterwards.shift()
    }
  }

  /** Whether something that is still needed will not come before an operator releases it. */
  async #standsStill(): Promise<boolean> {
    const rows = await this.#documents.parkedProjections(this.#target.streamId)
    return rows.some(
      ({ projection, failedVersion }) =>
        failedVersion <= this.#target.version &&
        [...this.#shown].some(([need, shown]) => need.projection === projection && shown < this.#target.version),
    )
  }

  #wantsOneMore(): boolean {
    return this.#look === 'under way, once more'
  }

  #isShown(): boolean {
    return [...this.#shown.values()].every((version) => version >= this.#target.version)
  }

  #isReached(): boolean {
    return this.#isShown() && this.#afterwards.length === 0
  }

  /** Of the slowest view. What is shown but not searchable yet is not shown by a list, nor by every gateway before it is shown everywhere. */
  #currentVersion(): number {
    const shown = Math.min(...this.#shown.values())
    return Math.min(shown, this.#afterwards.length === 0 ? shown : this.#target.version - 1)
  }

  #raise(need: VersionNeed, version: number): void {
    this.#shown.set(need, Math.max(version, this.#shown.get(need) ?? 0))
  }

  #settleLate(): void {
    if (this.#lastLook === 'answered') this.#settle({ kind: 'timedOut', currentVersion: this.#currentVersion() })
    else if (this.#lastLook === 'none yet') this.#fail(new StoreUnavailable('The read store has not answered in time.'))
    else this.#fail(this.#lastLook)
  }

  #settle(outcome: WaitOutcome): void {
    this.#isSettled = true
    clearTimeout(this.#lastLookTimer)
    this.#settled.resolve(outcome)
  }

  #fail(error: unknown): void {
    this.#isSettled = true
    clearTimeout(this.#lastLookTimer)
    this.#settled.reject(error)
  }
}
