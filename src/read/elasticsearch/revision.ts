import type { Revision } from '../documentStore.js'

/** Which write of which index a document comes from: what compare-and-set compares. */
export interface StoredAs {
  readonly index: string
  /** The index's own counter of writes, and the term of the primary shard that gave it. */
  readonly seqNo: number
  readonly primaryTerm: number
}

/** Where an answer of Elasticsearch names a write. */
interface NamedWrite {
  readonly _index: string
  readonly _seq_no?: number
  readonly _primary_term?: number
}

/** `<sequence number>/<primary term>/<index>`. With the index in it: the counters of two indices have nothing to do with each other. */
export function revisionOf({ _index, _seq_no, _primary_term }: NamedWrite): Revision {
  if (_seq_no === undefined || _primary_term === undefined)
    throw new TypeError('Expected Elasticsearch to number its writes, found no number.')
  return `${_seq_no}/${_primary_term}/${_index}` as Revision
}

export function storedAs(revision: Revision): StoredAs {
  const [seqNo, primaryTerm, index = ''] = revision.split('/')
  return { index, seqNo: Number(seqNo), primaryTerm: Number(primaryTerm) }
}
