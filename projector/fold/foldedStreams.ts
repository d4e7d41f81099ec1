import { FIRST_STREAM, type LogScan, type StreamPlace } from '../../src/bus/logScan.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import type { Decode, EventReader } from '../eventReader.js'
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
 * memory is two pages of events and one unfinished stream, however long the log is. Throws BusUnavailable, LogUnavailable.
 */
export async function* foldedStreams(
  parts: FoldParts,
  range: FoldRange = {},
): AsyncGenerator<readonly StreamFold[], void, undefined> {
  let unfinished: StreamFold | undefined
  for await (const { page, decode } of pagesOfLog(parts, range)) {
    const finished: StreamFold[] = []
    for (const envelope of page) {
      if (unfinished && unfinished.streamId !== envelope.streamId) {
        finished.push(unfinished)
        unfinished = undefined
      }
      unfinished ??= new StreamFold(envelope.streamId)
      unfinished.add(envelope, decode)
    }
    if (finished.length > 0) yield finished
  }
  if (unfinished) yield [unfinished]
}

interface PageOfLog {
  readonly page: readonly EventEnvelope[]
  readonly decode: Decode
}

/** While one page is worked on the next one is read already. */
async function* pagesOfLog(
  { scan, events }: FoldParts,
  { after = FIRST_STREAM, pageSize = EVENTS_PER_PAGE }: FoldRange,
): AsyncGenerator<PageOfLog, void, undefined> {
  const read = async (place: StreamPlace): Promise<PageOfLog> => {
    const page = await scan.eventsBehind(place, pageSize)
    return { page, decode: await events.prepare(page) }
  }
  let upcoming: Promise<PageOfLog> | undefined = read(after)
  try {
    while (upcoming) {
      const current: PageOfLog = await upcoming
      const last = current.page.at(-1)
      upcoming = last && current.page.length === pageSize ? read(last) : undefined
      // Awaited later; a read that fails before must not end the process.
      upcoming?.catch(() => undefined)
      if (last) yield current
    }
  } finally {
    await upcoming?.catch(() => undefined)
  }
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
