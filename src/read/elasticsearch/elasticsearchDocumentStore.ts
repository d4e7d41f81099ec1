import type { Client } from '@elastic/elasticsearch'
import type { Documents, ProjectionName } from '../../contract/documents.js'
import type { DocumentStore, DocumentWrite, DocumentWriteResult, StoredDocument } from '../documentStore.js'
import { isStorableText } from '../storableText.js'
import type { BulkItem } from './bulkWrite.js'
import { sourceText } from './documentSource.js'
import type { IndexNames } from './indices.js'
import { multiGet } from './multiGet.js'
import { SearchedIndex } from './queries/searchedIndex.js'
import { refreshIndex } from './refreshIndex.js'
import { RefreshLoop } from './refreshLoop.js'
import { writeInBulks } from './writeInBulks.js'

const UNSTORABLE: DocumentWriteResult = { kind: 'rejected', reason: 'It holds a text that is no well-formed Unicode' }

/** Documents in Elasticsearch: written to the index that this process was given, read under the alias of the one that is current. */
export class ElasticsearchDocumentStore implements DocumentStore {
  readonly #client: Client
  readonly #indices: Readonly<Record<ProjectionName, IndexNames>>
  readonly #orders: SearchedIndex
  readonly #refreshes = new RefreshLoop({ refresh: () => this.#refresh() })

  constructor(client: Client, indices: Readonly<Record<ProjectionName, IndexNames>>) {
    this.#client = client
    this.#indices = indices
    this.#orders = new SearchedIndex(client, indices.orders.alias)
  }

  async get<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, StoredDocument<Documents[Name]>>> {
    const found = await multiGet<{ readonly document: Documents[Name] }>(
      this.#client,
      this.#indices[projection].alias,
      ids.filter((id) => id !== '' && isStorableText(id)),
    )
    return new Map(found.map(({ id, source: { document }, revision }) => [id, { document, revision }]))
  }

  async write(writes: readonly DocumentWrite[]): Promise<readonly DocumentWriteResult[]> {
    const items = writes.map((write) => this.#itemOf(write))
    const storable = items.filter((item) => item !== undefined)
    const results = await writeInBulks(this.#client, storable)
    const resultOf = new Map(storable.map((item, place) => [item, results[place]]))
    return items.map((item) => (item && resultOf.get(item)) ?? UNSTORABLE)
  }

  makeSearchable(): Promise<void> {
    return this.#refreshes.reached()
  }

  async ordersBehindCustomer(
    customerId: string,
    customerVersion: number,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<readonly string[]> {
    const { hits } = await this.#orders.search({
      query: { bool: { filter: [{ term: { customerId } }, { range: { customerVersion: { lt: customerVersion } } }] } },
      sort: [{ id: 'asc' }],
      ...(page.after === undefined ? {} : { search_after: [page.after] }),
      size: page.limit,
      _source: false,
      track_total_hits: false,
    })
    return hits.hits.flatMap(({ _id }) => _id ?? [])
  }

  #itemOf(write: DocumentWrite): BulkItem | undefined {
    const source = sourceText(write)
    const { projection, document, expected } = write
    return source === undefined ? undefined : { to: this.#indices[projection], id: document.id, expected, source }
  }

  /** Of what lists and search ask; the others are read by id alone. */
  async #refresh(): Promise<void> {
    const { orders, products } = this.#indices
    await Promise.all([orders, products].map(({ alias }) => refreshIndex(this.#client, alias)))
  }
}
