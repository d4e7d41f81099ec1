import { LRUCache } from 'lru-cache'
import type { Documents, ProjectionName } from '../../contract/documents.js'
import {
  type CacheAnswer,
  type CacheableDocument,
  type CacheInstant,
  CacheUnavailable,
  type DocumentCache,
  ENTRY_TTL_MS,
  FLOOR_TTL_MS,
  SUSPENDED,
  SUSPENDED_AT_MOST_MS,
} from './documentCache.js'
import { highest, isAtLeast, type SourceVersions, sourceVersions } from './sourceVersions.js'

/** Some 2 kB each: 20 MB. */
const MAX_ENTRIES = 10_000
/** Some 150 bytes each. */
const MAX_FLOORS = 50_000

interface Entry {
  readonly document: Documents[ProjectionName]
  readonly expiresAt: number
}

interface Floor extends SourceVersions {
  readonly raisedAt: number
}

/** For a gateway and a projector in one process. Documents are shared, not copied: they are never changed. */
export class InProcessDocumentCache implements DocumentCache {
  readonly ttlMs: number
  readonly #clock: () => number
  readonly #entries: LRUCache<string, Entry>
  readonly #floors: LRUCache<string, Floor>
  /** The newest of the floors that were forgotten for want of room: what was read before it may be older than what it stood for. */
  #forgottenUpTo = Number.NEGATIVE_INFINITY
  #periods = 0
  /** That the period now is for; undefined in the first, as long as nobody has told. */
  #generation: number | undefined
  #suspendedUntil = Number.NEGATIVE_INFINITY

  /** clock: monotonic, in milliseconds. */
  constructor({
    ttlMs = ENTRY_TTL_MS,
    maxEntries = MAX_ENTRIES,
    maxFloors = MAX_FLOORS,
    clock = () => performance.now(),
  }: {
    readonly ttlMs?: number
    readonly maxEntries?: number
    readonly maxFloors?: number
    readonly clock?: () => number
  } = {}) {
    this.ttlMs = ttlMs
    this.#clock = clock
    this.#entries = new LRUCache({ max: maxEntries })
    this.#floors = new LRUCache({
      max: maxFloors,
      dispose: ({ raisedAt }, _, reason) => {
        if (reason === 'evict') this.#forgottenUpTo = Math.max(this.#forgottenUpTo, raisedAt)
      },
    })
  }

  get<Name extends ProjectionName>(projection: Name, ids: readonly string[]): Promise<CacheAnswer<Documents[Name]>> {
    const now = this.#clock()
    const documents = new Map<string, Documents[Name]>()
    for (const id of ids) {
      const entry = this.#entries.get(keyOf(projection, id))
      // A key holds documents of its own projection alone, which the type of a map can't say.
      if (entry && entry.expiresAt > now) documents.set(id, entry.document as Documents[Name])
    }
    return Promise.resolve({ documents, asOf: this.#instant(now) })
  }

  now(): Promise<CacheInstant> {
    return Promise.resolve(this.#instant(this.#clock()))
  }

  async put(documents: readonly CacheableDocument[], { at, period }: CacheInstant): Promise<boolean> {
    const now = this.#instant(this.#clock()).period
    if (now === SUSPENDED) return false
    if (now !== period) throw new CacheUnavailable('The cache was suspended since.')
    for (const each of documents) this.#put(each, at)
    return true
  }

  suspend(generation: number): Promise<void> {
    if (this.#generation === undefined || this.#generation === generation) {
      this.#entries.clear()
      this.#generation = undefined
      this.#periods += 1
      this.#suspendedUntil = this.#clock() + SUSPENDED_AT_MOST_MS
    }
    return Promise.resolve()
  }

  resume(generation: number): Promise<void> {
    if (this.#suspendedUntil > this.#clock()) this.#generation = generation
    this.#suspendedUntil = Number.NEGATIVE_INFINITY
    return Promise.resolve()
  }

  #instant(now: number): CacheInstant {
    return { at: now, period: now < this.#suspendedUntil ? SUSPENDED : String(this.#periods) }
  }

  #put(each: CacheableDocument, asOf: number): void {
    const key = keyOf(each.projection, each.document.id)
    const now = this.#clock()
    const versions = sourceVersions(each)
    const floor = this.#floor(key, now)
    if (isAtLeast(floor, versions) && !isAtLeast(versions, floor)) return
    this.#floors.set(key, { ...highest(versions, floor), raisedAt: now })
    const mayBeRead = isAtLeast(versions, floor) && asOf > this.#forgottenUpTo && asOf + this.ttlMs > now
    if (mayBeRead) this.#entries.set(key, { document: each.document, expiresAt: asOf + this.ttlMs })
    else this.#entries.delete(key)
  }

  #floor(key: string, now: number): SourceVersions {
    const floor = this.#floors.get(key)
    return floor && now - floor.raisedAt < FLOOR_TTL_MS ? floor : { own: 0, other: 0 }
  }
}

function keyOf(projection: ProjectionName, id: string): string {
  return `${projection}:${id}`
}
