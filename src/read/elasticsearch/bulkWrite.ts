import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '@elastic/elasticsearch'
import { type DocumentWriteResult, type Revision, StoreUnavailable } from '../documentStore.js'
import { type BulkAnswer, type BulkOperation, sendBulk } from './bulk.js'
import type { IndexNames } from './indices.js'
import { revisionOf, storedAs } from './revision.js'
import { refusalOfItem } from './translateErrors.js'

/** One document to be written over the revision that it was made from. */
export interface BulkItem {
  readonly to: IndexNames
  readonly id: string
  readonly expected: Revision | 'absent'
  /** JSON. */
  readonly source: string
}

/** What Elasticsearch has against a document, whatever the state of the index. */
const POISON: ReadonlySet<string> = new Set([
  'document_parsing_exception',
  'mapper_parsing_exception',
  'strict_dynamic_mapping_exception',
])
/** With status 400 too, also where an alias names no index to write to: only its cause tells that a text of the document is to blame. */
const ILLEGAL_ARGUMENT = 'illegal_argument_exception'
const TERM_TOO_LONG = 'max_bytes_length_exceeded_exception'

/** Of items that were refused for the moment, such as by a full queue of one shard. Whoever calls tries longer. */
const ATTEMPTS = 5
const FIRST_PAUSE_MS = 50

/**
 * Compare-and-set of many documents in one request, each judged by itself: puts what becomes of each item into `results`, as it is known. What was
 * refused for no fault of its own is sent again, alone. Returns why some items have no result, undefined where all have one. Throws
 * ElasticsearchFault where the request is refused as a whole, and always will be.
 */
export async function bulkWrite(
  client: Client,
  items: readonly BulkItem[],
  results: Map<BulkItem, DocumentWriteResult>,
): Promise<StoreUnavailable | undefined> {
  let open = items
  for (let attempt = 1; ; attempt++) {
    const answers = await answersTo(client, open)
    if (answers instanceof StoreUnavailable) return answers
    let because: StoreUnavailable | undefined
    const refused: BulkItem[] = []
    for (const [place, item] of open.entries()) {
      const result = judged(answers[place])
      if (!(result instanceof StoreUnavailable)) results.set(item, result)
      else {
        because = result
        refused.push(item)
      }
    }
    if (!because || attempt === ATTEMPTS) return because
    await delay(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2))
    open = refused
  }
}

/** StoreUnavailable where the request was refused as a whole, or was not answered. */
async function answersTo(
  client: Client,
  items: readonly BulkItem[],
): Promise<readonly BulkAnswer[] | StoreUnavailable> {
  try {
    return await sendBulk(client, items.map(operationOf))
  } catch (error) {
    if (error instanceof StoreUnavailable) return error
    throw error
  }
}

function operationOf({ to, id, expected, source }: BulkItem): BulkOperation {
  const place = { _index: to.writes, _id: id }
  if (expected === 'absent') return [{ create: place }, source]
  const { seqNo, primaryTerm } = storedAs(expected)
  return [{ index: { ...place, if_seq_no: seqNo, if_primary_term: primaryTerm } }, source]
}

/** StoreUnavailable where the item may be sent again: whatever is not surely the document's fault must not park a stream. */
function judged(answer: BulkAnswer | undefined): DocumentWriteResult | StoreUnavailable {
  if (!answer) throw new TypeError('Expected an answer for each item, found fewer.')
  const { status, error } = answer
  if (!error) return { kind: 'written', revision: revisionOf(answer) }
  if (status === 409) return { kind: 'conflict' }
  if (isPoison(error)) return { kind: 'rejected', reason: `Elasticsearch can't store it (${error.type})` }
  return refusalOfItem(status, error.type)
}

function isPoison({ type, caused_by: cause }: NonNullable<BulkAnswer['error']>): boolean {
  return POISON.has(type) || (type === ILLEGAL_ARGUMENT && cause?.type === TERM_TOO_LONG)
}
