import { streamIdOf } from '../../src/contract/streams.js'
import type { DocumentStore, DocumentWrite, DocumentWriteResult } from '../../src/read/documentStore.js'
import type { NewlyParked } from '../../src/read/parkedStreams.js'
import { faultText, RejectedDocument } from '../faults.js'
import { categoryOf } from '../projections/registry.js'
import { patiently } from './patiently.js'

/** A document that is missing in the new generation, until somebody releases its stream. */
export type NotFilled = Omit<NewlyParked, 'attempts' | 'parkedAt'>

/** Writes documents of a generation that nobody else works on. Returns what the store can't take; all else is there when it returns. */
export async function writeAll(
  documents: DocumentStore,
  writes: readonly DocumentWrite[],
  signal: AbortSignal,
): Promise<readonly NotFilled[]> {
  const rejected: NotFilled[] = []
  for (let open = writes; open.length > 0; ) {
    const results = await patiently(() => documents.write(open), signal)
    rejected.push(...open.flatMap((each, place) => notFilled(each, results[place])))
    const conflicts = open.filter((_, place) => results[place]?.kind === 'conflict')
    open = await patiently(() => absentOf(documents, conflicts), signal)
  }
  return rejected
}

function notFilled(
  { projection, document: { id, version } }: DocumentWrite,
  result: DocumentWriteResult | undefined,
): readonly NotFilled[] {
  if (result?.kind !== 'rejected') return []
  const error = faultText(new RejectedDocument(result.reason))
  // Which of its events the store can't take is found out by whoever releases it.
  const streamId = streamIdOf(categoryOf(projection), id)
  return [
    { projection, streamId, failedVersion: 1, lastSkipped: version, eventType: 'unknown', eventPosition: '', error },
  ]
}

/**
 * Those that are not stored. A conflict says that a document is there or that nobody knows: what is there was written by a run that died before it
 * could say so, and is kept, since projectors bring it up to date; what a store could not take with the others has to be written again.
 */
async function absentOf(documents: DocumentStore, writes: readonly DocumentWrite[]): Promise<readonly DocumentWrite[]> {
  const byProjection = Map.groupBy(writes, ({ projection }) => projection)
  const absent = await Promise.all(
    [...byProjection].map(async ([projection, some]) => {
      const stored = await documents.get(
        projection,
        some.map(({ document }) => document.id),
      )
      return some.filter(({ document }) => !stored.has(document.id))
    }),
  )
  return absent.flat()
}
