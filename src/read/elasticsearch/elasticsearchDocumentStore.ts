import type { Client } from '@elastic/elasticsearch'
import type { Documents, ProjectionName } from '../../contract/documents.js'
import {
  type DocumentStore,
  type DocumentWrite,
  type DocumentWriteResult,
  type StoredDocument,
  StoreUnavailable,
} from '../documentStore.js'
import { isStorableText } from '../storableText.js'
import { type BulkItem, bulkWrite, revisionOf } from './bulkWrite.js'
import { fromSource, type OrderSource, toSource } from './orderSource.js'
import { toProductSource } from './productSource.js'
import { RefreshLoop } from './refreshLoop.js'
import { orUnavailable } from './translateErrors.js'

/**
 * Reads by id ask one and the same copy of a shard, as long as it lives: a write is on one copy a moment before it is on the other, so that
 * whoever asked now this one, now that one, could see a document go back.
 */
export const READ_BY_ID = 'by-id'

/** Documents in Elasticsearch, written to the index and read under it by id, which is real-time: no refresh is needed for that. */
export class ElasticsearchDocumentStore implements DocumentStore {
  readonly #client: Client
  readonly #indices: Readonly<Record<ProjectionName, string>>
  readonly #refreshes: RefreshLoop

  /** indices: concrete names, one a projection. */
  constructor(client: Client, indices: Readonly<Record<ProjectionName, string>>) {
    this.#client = client
    this.#indices = indices
    this.#refreshes = new RefreshLoop({ refresh: () => this.#refresh() })
  }

  async get<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, StoredDocument<Documents[Name]>>> {
    if (ids.length === 0) return new Map()
    const { docs } = await orUnavailable(() =>
      this.#client.mget<{ document: Documents[Name] }>({
        index: this.#indices[projection],
        ids: [...new Set(ids)],
        _source: ['document'],
        preference: READ_BY_ID,
      }),
    )
    return new Map(
      docs.flatMap((doc) =>
        'found' in doc && doc.found && doc._source
          ? [[doc._id, { document: doc._source.document, revision: revisionOf(doc._seq_no, doc._primary_term) }]]
          : [],
      ),
    )
  }

  /** A text that PostgreSQL could not store is refused here too: what one profile parks the other must not show. */
  async write(writes: readonly DocumentWrite[]): Promise<readonly DocumentWriteResult[]> {
    const storable = writes.filter(({ document }) => isStorable(document))
    const results = await bulkWrite(this.#client, storable.map(this.#itemOf))
    const resultOf = new Map(storable.map((write, place) => [write, results[place]]))
    return writes.map((write) => resultOf.get(write) ?? UNSTORABLE)
  }

  makeSearchable(): Promise<void> {
    return this.#refreshes.reached()
  }

  async ordersBehindCustomer(
    customerId: string,
    customerVersion: number,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<readonly string[]> {
    const { hits } = await orUnavailable(() =>
      this.#client.search<Pick<OrderSource, 'document'>>({
        index: this.#indices.orders,
        query: {
          bool: { filter: [{ term: { customerId } }, { range: { customerVersion: { lt: customerVersion } } }] },
        },
        sort: [{ id: 'asc' }],
        ...(page.after === undefined ? {} : { search_after: [page.after] }),
        size: page.limit,
        _source: ['document'],
        track_total_hits: false,
        allow_partial_search_results: false,
      }),
    )
    return hits.hits.flatMap(({ _source }) => (_source ? [fromSource(_source).id] : []))
  }

  readonly #itemOf = (write: DocumentWrite): BulkItem => ({
    index: this.#indices[write.projection],
    id: write.document.id,
    expected: write.expected,
    source: sourceOf(write),
  })

  /** Of what lists and search ask; the others are read by id alone. */
  async #refresh(): Promise<void> {
    const { orders, products } = this.#indices
    const { _shards } = await orUnavailable(() => this.#client.indices.refresh({ index: [orders, products] }))
    if (_shards && _shards.failed > 0) {
      throw new StoreUnavailable(`A refresh failed on ${_shards.failed} shards of Elasticsearch; the next one may not.`)
    }
  }
}

const UNSTORABLE: DocumentWriteResult = { kind: 'rejected', reason: 'It holds a text that is no well-formed Unicode' }

/** All texts in it, at whatever depth. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(isStorable)
}

function sourceOf(write: DocumentWrite): object {
  switch (write.projection) {
    case 'orders':
      return toSource(write.document)
    case 'products':
      return toProductSource(write.document)
    default:
      return { document: write.document }
  }
}
