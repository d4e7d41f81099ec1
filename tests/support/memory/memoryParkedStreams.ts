import { isDeepStrictEqual } from 'node:util'
import type { ProjectionName } from '../../../src/contract/documents.js'
import {
  type NewlyParked,
  type ParkedPlace,
  type ParkedStream,
  type ParkedStreams,
  parkedOver,
  type ReleaseRequest,
} from '../../../src/read/parkedStreams.js'

/** The quarantine in memory. */
export class MemoryParkedStreams implements ParkedStreams {
  readonly #rows = new Map<string, ParkedStream>()

  park(stream: NewlyParked): Promise<void> {
    return this.#park(stream, (found) => stream.failedVersion <= found.failedVersion)
  }

  parkAgain(stream: NewlyParked): Promise<void> {
    return this.#park(stream, () => true)
  }

  raiseLastSkipped(projection: ProjectionName, streamId: string, version: number): Promise<void> {
    const row = this.#rows.get(key(projection, streamId))
    if (row && row.lastSkipped < version) {
      this.#rows.set(key(projection, streamId), { ...row, lastSkipped: version })
    }
    return Promise.resolve()
  }

  find(streamIds: readonly string[]): Promise<readonly ParkedStream[]> {
    return Promise.resolve([...this.#rows.values()].filter((row) => streamIds.includes(row.streamId)))
  }

  list(): Promise<readonly ParkedStream[]> {
    return Promise.resolve([...this.#rows.values()])
  }

  remove(projection: ProjectionName, streamId: string, lastSkipped: number): Promise<boolean> {
    const at = key(projection, streamId)
    return Promise.resolve(this.#rows.get(at)?.lastSkipped === lastSkipped && this.#rows.delete(at))
  }

  changeRequest(
    { projection, streamId }: ParkedPlace,
    expected: ReleaseRequest | null,
    next: ReleaseRequest | null,
  ): Promise<boolean> {
    const row = this.#rows.get(key(projection, streamId))
    const isExpected = row !== undefined && isDeepStrictEqual(row.request, expected)
    if (isExpected) this.#rows.set(key(projection, streamId), { ...row, request: next })
    return Promise.resolve(isExpected)
  }

  #park(stream: NewlyParked, isNewer: (found: ParkedStream) => boolean): Promise<void> {
    const at = key(stream.projection, stream.streamId)
    const found = this.#rows.get(at)
    this.#rows.set(at, found ? parkedOver(found, stream, isNewer(found)) : { ...stream, request: null })
    return Promise.resolve()
  }
}

function key(projection: ProjectionName, streamId: string): string {
  return `${projection}/${streamId}`
}
