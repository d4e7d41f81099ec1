import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Client, estypes } from '@elastic/elasticsearch'
import type { ProjectionName } from '../../contract/documents.js'
import {
  type NewlyParked,
  type ParkedPlace,
  type ParkedStream,
  type ParkedStreams,
  parkedOver,
  type ReleaseRequest,
} from '../parkedStreams.js'
import { changeRow } from './changeRow.js'
import type { IndexNames } from './indices.js'
import { SearchedIndex, sourceOf } from './queries/searchedIndex.js'

const ROWS_A_PAGE = 1_000
/** Of rows that an earlier release has written. */
const BEFORE_REQUESTS = { eventPosition: '', request: null }

interface ParkedRow {
  readonly streamId: string
  readonly projection: ProjectionName
  readonly row: ParkedStream
}

/**
 * The quarantine as an index. Two projectors that park one stream at once leave the row of the earlier event.
 *
 * Found by search, not by id: a projector asks about every stream of every slice, and nearly always there is nothing to be found. Every change
 * is searchable when it is acknowledged, on all copies.
 */
export class ElasticsearchParkedStreams implements ParkedStreams {
  readonly #client: Client
  readonly #index: IndexNames
  readonly #rows: SearchedIndex

  constructor(client: Client, index: IndexNames) {
    this.#client = client
    this.#index = index
    this.#rows = new SearchedIndex(client, index.alias)
  }

  park(stream: NewlyParked): Promise<void> {
    return this.#park(stream, (found) => stream.failedVersion <= found.failedVersion)
  }

  parkAgain(stream: NewlyParked): Promise<void> {
    return this.#park(stream, () => true)
  }

  async raiseLastSkipped(projection: ProjectionName, streamId: string, version: number): Promise<void> {
    await changeRow<ParkedRow>(this.#client, this.#placeOf(projection, streamId), (found) =>
      found && found.row.lastSkipped < version ? { put: toRow({ ...found.row, lastSkipped: version }) } : 'keep',
    )
  }

  async find(streamIds: readonly string[]): Promise<readonly ParkedStream[]> {
    return streamIds.length === 0 ? [] : this.#search({ terms: { streamId: [...new Set(streamIds)] } })
  }

  list(): Promise<readonly ParkedStream[]> {
    return this.#search({ match_all: {} })
  }

  async remove(projection: ProjectionName, streamId: string, lastSkipped: number): Promise<boolean> {
    const change = await changeRow<ParkedRow>(this.#client, this.#placeOf(projection, streamId), (found) =>
      found?.row.lastSkipped === lastSkipped ? 'delete' : 'keep',
    )
    return change === 'delete'
  }

  async changeRequest(
    { projection, streamId }: ParkedPlace,
    expected: ReleaseRequest | null,
    next: ReleaseRequest | null,
  ): Promise<boolean> {
    const change = await changeRow<ParkedRow>(this.#client, this.#placeOf(projection, streamId), (found) =>
      found && isDeepStrictEqual(found.row.request ?? null, expected)
        ? { put: toRow({ ...found.row, request: next }) }
        : 'keep',
    )
    return change !== 'keep'
  }

  async #park(stream: NewlyParked, isNewer: (found: ParkedStream) => boolean): Promise<void> {
    await changeRow<ParkedRow>(this.#client, this.#placeOf(stream.projection, stream.streamId), (found) => ({
      put: toRow(found ? parkedOver(found.row, stream, isNewer(found.row)) : { ...stream, request: null }),
    }))
  }

  /** Hashed, because a stream's id and a projection's name together may be longer than the 512 bytes that an id may have. */
  #placeOf(projection: ProjectionName, streamId: string) {
    return { index: this.#index, id: createHash('sha256').update(`${projection}/${streamId}`).digest('hex') }
  }

  /** In the order of stream and projection. */
  async #search(query: estypes.QueryDslQueryContainer): Promise<readonly ParkedStream[]> {
    const rows: ParkedStream[] = []
    for (let after: readonly string[] | undefined; ; ) {
      const { hits } = await this.#rows.search<ParkedRow>({
        query: { constant_score: { filter: query } },
        sort: [{ streamId: 'asc' }, { projection: 'asc' }],
        ...(after ? { search_after: [...after] } : {}),
        size: ROWS_A_PAGE,
        track_total_hits: false,
      })
      const page = hits.hits.map((hit) => ({ ...BEFORE_REQUESTS, ...sourceOf(hit).row }))
      rows.push(...page)
      const last = page.at(-1)
      if (!last || page.length < ROWS_A_PAGE) return rows
      after = [last.streamId, last.projection]
    }
  }
}

function toRow(row: ParkedStream): ParkedRow {
  const { streamId, projection } = row
  return { streamId, projection, row }
}
