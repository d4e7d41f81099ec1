import type { Client, estypes } from '@elastic/elasticsearch'
import { orUnavailable } from './translateErrors.js'

/** What to do, and the JSON text to do it with. Its `_index` is an alias for writing (indices.ts). */
export type BulkOperation = readonly [
  action: { readonly create: estypes.BulkCreateOperation } | { readonly index: estypes.BulkIndexOperation },
  source: string,
]

/** Only what tells how an item went is asked for: the words of an error quote the document. */
const JUDGED = ['_index', '_seq_no', '_primary_term', 'status', 'error.type', 'error.caused_by.type'].map(
  (field) => `items.*.${field}`,
)

export interface BulkAnswer {
  readonly _index: string
  readonly _seq_no?: number
  readonly _primary_term?: number
  readonly status: number
  readonly error?: { readonly type: string; readonly caused_by?: { readonly type: string } }
}

/** One request. Answers in the order of the operations. Throws StoreUnavailable, ElasticsearchFault where it failed as a whole. */
export async function sendBulk(client: Client, operations: readonly BulkOperation[]): Promise<readonly BulkAnswer[]> {
  const { items } = await orUnavailable(() =>
    client.bulk<string>({
      operations: operations.flat(),
      // Were the index gone, Elasticsearch would make another one by itself, with a mapping guessed from the documents.
      require_alias: true,
      filter_path: JUDGED,
    }),
  )
  return operations.map((_, place) => {
    const answer = items[place]?.create ?? items[place]?.index
    if (!answer) throw new TypeError('Expected one answer for each operation of a bulk, found fewer.')
    return answer
  })
}
