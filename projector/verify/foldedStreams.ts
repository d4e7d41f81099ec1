import { FIRST_STREAM, type LogScan, type StreamPlace } from '../../src/bus/logScan.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import type { EventReader } from '../eventReader.js'
import { StreamFold } from './streamFold.js'

const EVENTS_PER_PAGE = 1_000

export interface FoldParts {
  readonly scan: LogScan
  readonly events: EventReader
}

export interface FoldRange {
  /** Where to begin. A scan that was broken off goes on behind the last stream that it has given (see `endOf`). Default: the first stream. */
  readonly after?: StreamPlace
  /** Events read at once. */
  readonly pageSize?: number
}

/**
 * Every stream of the log folded to its newest event, a page of complete streams at a time: customers, then orders, then products. What is held in
 * memory is a page of events and one unfinished stream, however long the log is. Throws BusUnavailable, LogUnavailable.
 */
export async function* foldedStreams(
  { scan, events }: FoldParts,
  { after = FIRST_STREAM, pageSize = EVENTS_PER_PAGE }: FoldRange = {},
): AsyncGenerator<readonly StreamFold[], void, undefined> {
  let unfinished: StreamFold | undefined
  for (let place = after; ; ) {
    const page = await scan.eventsBehind(place, pageSize)
    const last = page.at(-1)
    if (!last) break
    place = last
    const finished: StreamFold[] = []
    const decode = await events.prepare(page)
    for (const envelope of page) {
      if (unfinished && unfinished.streamId !== envelope.streamId) {
        finished.push(unfinished)
        unfinished = undefined
      }
      unfinished ??= new StreamFold(envelope.streamId)
      unfinished.add(envelope, decode)
    }
    if (finished.length > 0) yield finished
    if (page.length < pageSize) break
  }
  if (unfinished) yield [unfinished]
}

/** Where a scan goes on behind a stream. */
export function endOf({ streamId }: Pick<StreamFold, 'streamId'>): StreamPlace {
  return { streamId, streamVersion: MAX_VERSION }
}

const MAX_VERSION = 2_147_483_647

/** These streams folded. upTo: a version by stream id, where not all of it is wanted. A stream that the log does not have is absent. */
export async function foldStreams(
  { scan, events }: FoldParts,
  streamIds: readonly string[],
  upTo: ReadonlyMap<string, number> = new Map(),
): Promise<ReadonlyMap<string, StreamFold>> {
  const folds = new Map<string, StreamFold>()
  const wanted = ({ streamId, streamVersion }: EventEnvelope) => streamVersion <= (upTo.get(streamId) ?? MAX_VERSION)
  const envelopes = (await scan.eventsOf(streamIds)).filter(wanted)
  const decode = await events.prepare(envelopes)
  for (const envelope of envelopes) {
    const fold = folds.get(envelope.streamId) ?? new StreamFold(envelope.streamId)
    folds.set(envelope.streamId, fold)
    fold.add(envelope, decode)
  }
  return folds
}
