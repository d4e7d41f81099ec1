import type { Client } from '@elastic/elasticsearch'
import { PROJECTION_NAMES } from '../../contract/documents.js'
import type { ProjectionProgress, ProjectionStatusBoard, ReportedProgress } from '../projectionStatus.js'
import { changeRow } from './changeRow.js'
import { orUnavailable } from './translateErrors.js'

interface StatusRow {
  readonly row: ProjectionProgress & {
    /** By the clock of Elasticsearch, in seconds since 1970. */
    readonly receivedAtSeconds: number
  }
}

/** One row a projection. A report older than the one on the board is passed over. */
export class ElasticsearchProjectionStatusBoard implements ProjectionStatusBoard {
  readonly #client: Client
  readonly #index: string

  constructor(client: Client, index: string) {
    this.#client = client
    this.#index = index
  }

  async report(statuses: readonly ProjectionProgress[]): Promise<void> {
    const receivedAtSeconds = await this.#now()
    await Promise.all(
      statuses.map((status) =>
        changeRow<StatusRow>(this.#client, { index: this.#index, id: status.projection }, (found) =>
          found && found.row.reportedAt > status.reportedAt
            ? 'keep'
            : { put: { row: { ...status, receivedAtSeconds } } },
        ),
      ),
    )
  }

  async read(): Promise<readonly ReportedProgress[]> {
    const now = await this.#now()
    const { docs } = await orUnavailable(() =>
      this.#client.mget<StatusRow>({ index: this.#index, ids: [...PROJECTION_NAMES].sort() }),
    )
    return docs.flatMap((doc) => {
      if (!('found' in doc && doc.found && doc._source)) return []
      const { receivedAtSeconds, ...progress } = doc._source.row
      return [{ ...progress, silentSeconds: Math.max(0, now - receivedAtSeconds) }]
    })
  }

  /** To the second; nothing else tells the server's time. */
  async #now(): Promise<number> {
    const [row] = await orUnavailable(() => this.#client.cat.health({ format: 'json', h: ['epoch'] }))
    return Number(row?.epoch)
  }
}
