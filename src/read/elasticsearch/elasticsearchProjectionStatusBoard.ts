import type { Client } from '@elastic/elasticsearch'
import { PROJECTION_NAMES } from '../../contract/documents.js'
import type { ProjectionProgress, ProjectionStatusBoard, ReportedProgress } from '../projectionStatus.js'
import { sendBulk } from './bulk.js'
import type { IndexNames } from './indices.js'
import { multiGet } from './multiGet.js'
import { orUnavailable, refusal } from './translateErrors.js'

interface StatusRow {
  readonly row: ProjectionProgress & {
    /** By the clock of Elasticsearch, in seconds since 1970. */
    readonly receivedAtSeconds: number
  }
}

const CONFLICT = 409

/**
 * One row a projection. A report older than the one on the board is passed over: its instant is the row's external version.
 *
 * Written every second and read by id alone, so that nothing is refreshed for it.
 */
export class ElasticsearchProjectionStatusBoard implements ProjectionStatusBoard {
  readonly #client: Client
  readonly #index: IndexNames

  constructor(client: Client, index: IndexNames) {
    this.#client = client
    this.#index = index
  }

  async report(statuses: readonly ProjectionProgress[]): Promise<void> {
    if (statuses.length === 0) return
    const receivedAtSeconds = await this.#now()
    const answers = await sendBulk(
      this.#client,
      statuses.map((status) => [
        {
          index: {
            _index: this.#index.writes,
            _id: status.projection,
            version: Date.parse(status.reportedAt),
            version_type: 'external_gte',
          },
        },
        JSON.stringify({ row: { ...status, receivedAtSeconds } } satisfies StatusRow),
      ]),
    )
    for (const { status, error } of answers) if (error && status !== CONFLICT) throw refusal(status, error.type)
  }

  async read(): Promise<readonly ReportedProgress[]> {
    const now = await this.#now()
    const found = await multiGet<StatusRow>(this.#client, this.#index.alias, [...PROJECTION_NAMES].sort())
    return found.map(({ source: { row } }) => {
      const { receivedAtSeconds, ...progress } = row
      return { ...progress, silentSeconds: Math.max(0, now - receivedAtSeconds) }
    })
  }

  /** To the second; nothing lighter tells the server's time. */
  async #now(): Promise<number> {
    const [row] = await orUnavailable(() => this.#client.cat.health({ format: 'json', h: ['epoch'] }))
    return Number(row?.epoch)
  }
}
