import type { Client } from '@elastic/elasticsearch'
import type { ProjectionName } from '../../contract/documents.js'
import type { DocumentInventory } from '../documentInventory.js'
import type { IndexNames } from './indices.js'
import { orUnavailable } from './translateErrors.js'

const IDS_PER_PAGE = 1_000
/** Between two pages. */
const KEPT_FOR = '1m'

/**
 * By scroll: not every index keeps the id as a field that could be sorted by, and Elasticsearch does not sort by its own `_id` unless a setting of the
 * cluster lets it.
 */
export class ElasticsearchDocumentInventory implements DocumentInventory {
  readonly #client: Client
  readonly #indices: Readonly<Record<ProjectionName, IndexNames>>

  constructor(client: Client, indices: Readonly<Record<ProjectionName, IndexNames>>) {
    this.#client = client
    this.#indices = indices
  }

  async *ids(projection: ProjectionName): AsyncGenerator<readonly string[], void, undefined> {
    const index = this.#indices[projection].alias
    let scrollId: string | undefined
    try {
      let page = await orUnavailable(() =>
        this.#client.search({ index, size: IDS_PER_PAGE, sort: ['_doc'], _source: false, scroll: KEPT_FOR }),
      )
      for (;;) {
        const { hits, _scroll_id } = page
        scrollId = _scroll_id
        if (scrollId === undefined || hits.hits.length === 0) return
        yield hits.hits.flatMap(({ _id }) => _id ?? [])
        const next = { scroll_id: scrollId, scroll: KEPT_FOR }
        page = await orUnavailable(() => this.#client.scroll(next))
      }
    } finally {
      if (scrollId !== undefined) await this.#forget(scrollId)
    }
  }

  /** One that stays behind ends by itself after KEPT_FOR. */
  async #forget(scrollId: string): Promise<void> {
    await this.#client.clearScroll({ scroll_id: scrollId }).catch(() => undefined)
  }
}
