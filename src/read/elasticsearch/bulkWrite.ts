import { setTimeout as delay } from 'node:timers/promises'
import type { Client, estypes } from '@elastic/elasticsearch'
import type { DocumentWriteResult, Revision } from '../documentStore.js'
import { ElasticsearchFault, mayPass, orUnavailable, unavailable } from './translateErrors.js'

/** One document of a bulk, made from `expected`. */
export interface BulkItem {
  readonly index: string
  readonly id: string
  readonly expected: Revision | 'absent'
  readonly source: object
}

/** Of items that were refused for the moment, such as a full queue of one shard. Whoever calls tries longer. */
const ATTEMPTS = 5
const FIRST_PAUSE_MS = 50

/**
 * Compare-and-set of many documents in one request, each judged by itself: what is acknowledged stays so, what was refused for the moment is
 * sent again alone. Results in the order of `items`. Throws StoreUnavailable where that does not help: then a part may be written, which the
 * next try meets as a conflict.
 */
export async function bulkWrite(client: Client, items: readonly BulkItem[]): Promise<readonly DocumentWriteResult[]> {
  const results = new Map<BulkItem, DocumentWriteResult>()
  let open = items
  for (let attempt = 1; open.length > 0; attempt++) {
    const { items: answers } = await orUnavailable(() => client.bulk({ operations: open.flatMap(operationOf) }))
    let refused: { readonly status: number; readonly type: string } | undefined
    const again: BulkItem[] = []
    for (const [place, item] of open.entries()) {
      const answer = answerAt(answers, place)
      const result = resultOf(answer)
      if (result) results.set(item, result)
      else {
        again.push(item)
        refused = { status: answer.status, type: answer.error?.type ?? 'no type given' }
      }
    }
    if (refused && attempt === ATTEMPTS) throw unavailable(refused.status, refused.type)
    if (refused) await delay(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2))
    open = again
  }
  return items.map((item) => results.get(item) ?? missingAnswer())
}

function operationOf({ index, id, expected, source }: BulkItem): [estypes.BulkOperationContainer, object] {
  if (expected === 'absent') return [{ create: { _index: index, _id: id } }, source]
  const { seqNo, primaryTerm } = parseRevision(expected)
  return [{ index: { _index: index, _id: id, if_seq_no: seqNo, if_primary_term: primaryTerm } }, source]
}

/** Undefined where the item may be sent again. */
function resultOf({
  status,
  error,
  _seq_no,
  _primary_term,
}: estypes.BulkResponseItem): DocumentWriteResult | undefined {
  if (error === undefined) return { kind: 'written', revision: revisionOf(_seq_no, _primary_term) }
  if (status === 409) return { kind: 'conflict' }
  const type = error.type ?? 'no type given'
  if (mayPass(status, type)) return undefined
  // The words of the error quote the document.
  if (status === 400) return { kind: 'rejected', reason: `Elasticsearch can't store it (${type})` }
  throw new ElasticsearchFault(status, type)
}

function answerAt(
  answers: readonly Partial<Record<estypes.BulkOperationType, estypes.BulkResponseItem>>[],
  place: number,
): estypes.BulkResponseItem {
  const answer = answers[place]
  return answer?.create ?? answer?.index ?? missingAnswer()
}

function missingAnswer(): never {
  throw new TypeError('Expected one answer for each item of a bulk, found fewer.')
}

/** The store's own counter of the write, and the term of the primary that gave it: what compare-and-set compares. */
export function revisionOf(seqNo: number | undefined, primaryTerm: number | undefined): Revision {
  return `${seqNo}.${primaryTerm}` as Revision
}

export function parseRevision(revision: Revision): { readonly seqNo: number; readonly primaryTerm: number } {
  const [seqNo, primaryTerm] = revision.split('.')
  return { seqNo: Number(seqNo), primaryTerm: Number(primaryTerm) }
}
