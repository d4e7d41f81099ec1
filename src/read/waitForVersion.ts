import type { StreamVersion } from '../contract/consistencyToken.js'
import type { AnnouncementRing } from './announcementRing.js'
import type { BatchedDocuments } from './batchedDocuments.js'
import { TooManyWaiters, type VersionWaiter, type View, type WaitOptions, type WaitOutcome } from './consistency.js'
import { PendingWait, type WaitPorts } from './pendingWait.js'
import type { Recheck } from './recheck.js'
import type { Searchability } from './searchability.js'

/**
 * A write is announced within so long after it was recorded, save on a bad day, and is only listened for until then. The first look at once, for each of
 * them, found nothing nearly always, and took more requests to the store than all else that a command costs it.
 */
export const LISTENED_FOR_MS = 250

export interface WaiterBounds {
  readonly inAll: number
  readonly perConnection: number
}

/**
 * Waits on announcements, and looks beside them: at once, but for a write that is so new that its announcement is about to come or has just come.
 *
 * The listener is there before the first look: what is announced in between is not missed. A caller whose signal aborts is answered at once
 * with `timedOut` and what is known.
 */
export class AnnouncedVersionWaiter implements VersionWaiter {
  readonly #ring: AnnouncementRing
  readonly #ports: WaitPorts
  readonly #recheck: Recheck
  readonly #bounds: WaiterBounds
  readonly #pending = new Set<PendingWait>()
  readonly #byConnection = new WeakMap<object, number>()

  constructor(parts: {
    readonly ring: AnnouncementRing
    readonly documents: BatchedDocuments
    readonly searchability: Searchability
    /** Resolves when no other gateway can show less than this one's looks so far. Default: at once. */
    readonly shownEverywhere?: () => Promise<void>
    readonly recheck: Recheck
    readonly bounds: WaiterBounds
  }) {
    this.#ring = parts.ring
    const { documents, searchability, shownEverywhere = () => Promise.resolve() } = parts
    this.#ports = { documents, searchability, shownEverywhere }
    this.#recheck = parts.recheck
    this.#bounds = parts.bounds
  }

  get size(): number {
    return this.#pending.size
  }

  async waitFor(
    target: StreamVersion,
    views: readonly View[],
    { timeoutMs, signal, connection, everywhere = false }: WaitOptions,
  ): Promise<WaitOutcome> {
    const wait = new PendingWait(target, views, this.#ports, everywhere)
    this.#enter(connection)
    this.#pending.add(wait)
    const stopListening = this.#ring.listen(target.streamId, (result) => wait.hear(result))
    const stopRechecks = this.#recheck.add(() => wait.look())
    const deadline = setTimeout(() => wait.end(), timeoutMs)
    const listenMs = views.some(isOfOneOrder) ? 0 : leftToListen(target)
    const firstLook = listenMs > 0 ? setTimeout(() => wait.look(), listenMs) : undefined
    const abandon = () => wait.abandon()
    signal?.addEventListener('abort', abandon, { once: true })
    try {
      if (signal?.aborted) wait.abandon()
      if (listenMs === 0) wait.look()
      else for (const result of this.#ring.newestOf(target.streamId)) wait.hear(result)
      return await wait.outcome
    } finally {
      signal?.removeEventListener('abort', abandon)
      clearTimeout(deadline)
      clearTimeout(firstLook)
      stopRechecks()
      stopListening()
      this.#pending.delete(wait)
      this.#leave(connection)
    }
  }

  /** Answers everybody who still waits with what is known. */
  stop(): void {
    for (const wait of [...this.#pending]) wait.abandon()
  }

  #enter(connection: object | undefined): void {
    const ofConnection = connection ? (this.#byConnection.get(connection) ?? 0) : 0
    const { inAll, perConnection } = this.#bounds
    if (this.#pending.size >= inAll)
      throw new TooManyWaiters(`Expected at most ${inAll} waits at once; let some end first.`)
    if (ofConnection >= perConnection)
      throw new TooManyWaiters(`Expected at most ${perConnection} waits at once on one connection; let some end first.`)
    if (connection) this.#byConnection.set(connection, ofConnection + 1)
  }

  #leave(connection: object | undefined): void {
    if (connection) this.#byConnection.set(connection, (this.#byConnection.get(connection) ?? 1) - 1)
  }
}

/** All orders of the customer were announced to show the write: of one that has appeared since, a look alone tells. */
function isOfOneOrder({ kind }: View): boolean {
  return kind === 'order'
}

/** Clocks may be off: what seems to come from the future is looked for at once, since it may be as old as any. */
function leftToListen({ recordedAt }: StreamVersion): number {
  if (recordedAt === undefined) return 0
  const ageMs = Date.now() - recordedAt
  return Math.abs(ageMs) < LISTENED_FOR_MS ? Math.min(LISTENED_FOR_MS, LISTENED_FOR_MS - ageMs) : 0
}
