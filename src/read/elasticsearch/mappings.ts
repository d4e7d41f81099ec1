import type { estypes } from '@elastic/elasticsearch'
import type { ProjectionName } from '../../contract/documents.js'

/**
 * What each index holds. Strict: a field that is not named here is refused, not guessed. Only types that every Elasticsearch has without
 * modules: words are folded where documents are made (contract/searchWords.ts), so that no analyzer is needed.
 *
 * A change needs a new version, which is a new index.
 */
export interface IndexPlan {
  readonly version: number
  readonly properties: Readonly<Record<string, estypes.MappingProperty>>
  readonly settings?: estypes.IndicesIndexSettings
}

const KEYWORD = { type: 'keyword' } as const
/** Searched for, but never sorted or counted by. */
const TERMS = { type: 'keyword', doc_values: false } as const
/** Stored as it is and never looked into. */
const DOCUMENT = { type: 'object', enabled: false } as const
/** Sorted and counted by its values, but never searched for one. */
const VALUES_ONLY = { index: false, doc_values: true } as const
const AMOUNT = {
  properties: { high: { type: 'long', ...VALUES_ONLY }, low: { type: 'long', ...VALUES_ONLY } },
} as const

export const DOCUMENT_INDICES: Readonly<Record<ProjectionName, IndexPlan>> = {
  orders: {
    version: 2,
    properties: {
      id: KEYWORD,
      customerId: KEYWORD,
      customerVersion: { type: 'integer' },
      status: KEYWORD,
      createdAt: { type: 'date' },
      createdAtSort: { type: 'date', ...VALUES_ONLY },
      updatedAt: { type: 'date' },
      currency: KEYWORD,
      totalMinor: { type: 'long' },
      total: AMOUNT,
      region: KEYWORD,
      skus: KEYWORD,
      lines: {
        type: 'nested',
        properties: { sku: { ...KEYWORD, ...VALUES_ONLY }, currency: { ...KEYWORD, ...VALUES_ONLY }, total: AMOUNT },
      },
      terms: TERMS,
      document: DOCUMENT,
    },
    // As the default list is sorted, which then ends after a page: at 100,000 orders 5 ms and not 150. What sorting costs the writer was not
    // seen on a busy machine, where runs of the same differed by a factor of three.
    //
    // By a field of its own: asked for a span of the very field that an index with nested documents is sorted by, Elasticsearch 9.2 looks for
    // its ends by halves, in documents of which the nested ones have no such value, and misses what it should have found.
    settings: { sort: { field: ['createdAtSort', 'id'], order: ['desc', 'desc'] } },
  },
  orderTimelines: { version: 1, properties: { document: DOCUMENT } },
  customers: { version: 1, properties: { document: DOCUMENT } },
  products: { version: 1, properties: { id: KEYWORD, terms: TERMS, document: DOCUMENT } },
}

export const PARKED_STREAMS: IndexPlan = {
  version: 1,
  properties: { streamId: KEYWORD, projection: KEYWORD, row: DOCUMENT },
}

export const PROJECTION_STATUS: IndexPlan = { version: 1, properties: { row: DOCUMENT } }
