import type { LogObserver } from '../../src/bus/logObserver.js'
import { compareGlobalPositions } from '../../src/contract/globalPosition.js'
import { type FoldParts, foldedStreams, foldStreams } from '../fold/foldedStreams.js'
import type { StreamFold } from '../fold/streamFold.js'

const EVENTS_PER_PAGE = 1_000

/** The streams that had an event within the last `seconds`, each once, folded, a page at a time. Throws BusUnavailable, LogUnavailable. */
export async function* recentStreams(
  parts: FoldParts & { readonly observer: LogObserver },
  seconds: number,
): AsyncGenerator<readonly StreamFold[], void, undefined> {
  for (let place = await parts.observer.placeBefore(seconds); ; ) {
    const { heads, end } = await parts.observer.settledHeads(place, EVENTS_PER_PAGE, 0)
    if (compareGlobalPositions(end, place) === 0) return
    place = end
    const folds = await foldStreams(parts, await newestIn(heads, parts))
    if (folds.size > 0) yield [...folds.values()]
  }
}

/** Without the streams that have newer events on a later page, where they come again: so each is there once, and nothing has to be remembered. */
async function newestIn(heads: ReadonlyMap<string, number>, { scan }: FoldParts): Promise<readonly string[]> {
  const newest = await scan.heads([...heads.keys()])
  return [...heads].flatMap(([streamId, version]) => (newest.get(streamId) === version ? [streamId] : []))
}

/** All streams, or those of the last `sinceSeconds`. */
export function streamsToVerify(
  parts: FoldParts & { readonly observer: LogObserver },
  sinceSeconds: number | undefined,
): AsyncIterable<readonly StreamFold[]> {
  return sinceSeconds === undefined ? foldedStreams(parts) : recentStreams(parts, sinceSeconds)
}
