import type { Client, estypes } from '@elastic/elasticsearch'
import type { ProjectionName } from '../../contract/documents.js'
import type { ParkedStream, ParkedStreams } from '../parkedStreams.js'
import { changeRow } from './changeRow.js'
import { orUnavailable } from './translateErrors.js'

/** As many as one answer holds. More parked streams than this are one fault in very many places: the first of them will do to see it. */
const MAX_ROWS = 10_000

interface ParkedRow {
  readonly streamId: string
  readonly parkedAt: string
  readonly row: ParkedStream
}

/** The quarantine as an index. Two projectors that park one stream at once leave the row of the earlier event. */
export class ElasticsearchParkedStreams implements ParkedStreams {
  readonly #client: Client
  readonly #index: string

  constructor(client: Client, index: string) {
    this.#client = client
    this.#index = index
  }

  async park(stream: ParkedStream): Promise<void> {
    await changeRow<ParkedRow>(this.#client, this.#rowOf(stream), (found) => ({
      put: toRow(merged(found?.row, stream)),
    }))
  }

  async raiseLastSkipped(projection: ProjectionName, streamId: string, version: number): Promise<void> {
    await changeRow<ParkedRow>(this.#client, this.#rowOf({ projection, streamId }), (found) =>
      found && found.row.lastSkipped < version ? { put: toRow({ ...found.row, lastSkipped: version }) } : 'keep',
    )
  }

  async find(streamIds: readonly string[]): Promise<readonly ParkedStream[]> {
    return streamIds.length === 0 ? [] : this.#search({ terms: { streamId: [...streamIds] } })
  }

  list(): Promise<readonly ParkedStream[]> {
    return this.#search({ match_all: {} })
  }

  async remove(projection: ProjectionName, streamId: string, lastSkipped: number): Promise<boolean> {
    const change = await changeRow<ParkedRow>(this.#client, this.#rowOf({ projection, streamId }), (found) =>
      found?.row.lastSkipped === lastSkipped ? 'delete' : 'keep',
    )
    return change === 'delete'
  }

  #rowOf({ projection, streamId }: Pick<ParkedStream, 'projection' | 'streamId'>) {
    return { index: this.#index, id: `${projection}/${streamId}` }
  }

  async #search(query: NonNullable<estypes.SearchRequest['query']>): Promise<readonly ParkedStream[]> {
    const { hits } = await orUnavailable(() =>
      this.#client.search<ParkedRow>({
        index: this.#index,
        query,
        size: MAX_ROWS,
        track_total_hits: false,
        allow_partial_search_results: false,
      }),
    )
    const rows = hits.hits.flatMap(({ _source }) => (_source ? [_source.row] : []))
    return rows.sort((a, b) => compare(a.streamId, b.streamId) || compare(a.projection, b.projection))
  }
}

function merged(found: ParkedStream | undefined, parked: ParkedStream): ParkedStream {
  if (!found) return parked
  const earlier = parked.failedVersion <= found.failedVersion ? parked : found
  return {
    ...parked,
    failedVersion: earlier.failedVersion,
    eventType: earlier.eventType,
    error: earlier.error,
    lastSkipped: Math.max(found.lastSkipped, parked.lastSkipped),
  }
}

function toRow(row: ParkedStream): ParkedRow {
  return { streamId: row.streamId, parkedAt: row.parkedAt, row }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
