import type { ProjectionName } from '../../../src/contract/documents.js'
import type { ParkedStream, ParkedStreams } from '../../../src/read/parkedStreams.js'

/** The quarantine in memory. */
export class MemoryParkedStreams implements ParkedStreams {
  readonly #rows = new Map<string, ParkedStream>()

  park(stream: ParkedStream): Promise<void> {
    const before = this.#rows.get(key(stream.projection, stream.streamId))
    const lastSkipped = Math.max(stream.lastSkipped, before?.lastSkipped ?? 0)
    this.#rows.set(key(stream.projection, stream.streamId), { ...stream, lastSkipped })
    return Promise.resolve()
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
}

function key(projection: ProjectionName, streamId: string): string {
  return `${projection}/${streamId}`
}
