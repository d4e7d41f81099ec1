import type { Logger } from 'pino'
import type { LogObserver } from '../../src/bus/logObserver.js'
import { PROJECTION_NAMES } from '../../src/contract/documents.js'
import { compareGlobalPositions, type GlobalPosition, START_OF_LOG } from '../../src/contract/globalPosition.js'
import { foldStreams } from '../fold/foldedStreams.js'
import { DocumentCheck, type DocumentCheckParts } from './documentCheck.js'
import { compareLooks, type Finding } from './finding.js'

/** Looked at in one step, at most: what makes the load bounded. Where more is written, a part of it is looked at. */
const EVENTS_PER_STEP = 200
/** What is younger may be in flight. */
const MIN_AGE_MS = 30_000
/** What is older has had its turn, or was passed over. */
const WINDOW_SECONDS = 300

/** Since the projector of these documents began. */
export interface DriftCounts {
  /** Streams compared with the log. */
  readonly compared: number
  /** Documents that differed from it at two looks. */
  readonly differing: number
}

/**
 * A slow walk behind the projector that compares the streams of the last minutes with the log, and says so where a document differs: drift is told by
 * the service before a customer tells it. Repairs nothing: `npm run admin -- verify` does, when somebody has looked.
 */
export class RecentCheck {
  readonly #parts: DocumentCheckParts & { readonly observer: LogObserver; readonly logger: Logger }
  readonly #minAgeMs: number
  #place: GlobalPosition = START_OF_LOG
  /** Of the last step, to be looked at once more. */
  #suspects: readonly Finding[] = []
  #compared = 0
  #differing = 0

  /** minAgeMs: default 30,000. */
  constructor(
    parts: DocumentCheckParts & { readonly observer: LogObserver; readonly logger: Logger },
    minAgeMs = MIN_AGE_MS,
  ) {
    this.#parts = parts
    this.#minAgeMs = minAgeMs
  }

  get counts(): DriftCounts {
    return { compared: this.#compared, differing: this.#differing }
  }

  /** upTo: how far the projector has come; what it has not come to does not differ yet. Throws what the log and the store throw. */
  async step(upTo: GlobalPosition): Promise<void> {
    const { observer } = this.#parts
    // What was looked at is left only when it was: a store that does not answer must not make it go unseen.
    this.#suspects = await this.#lookAgain()
    const window = await observer.placeBefore(WINDOW_SECONDS)
    const from = compareGlobalPositions(this.#place, window) < 0 ? window : this.#place
    const { heads, end } = await observer.settledHeads(from, EVENTS_PER_STEP, this.#minAgeMs)
    if (compareGlobalPositions(end, upTo) > 0) return
    const found = await this.#findingsOf([...heads.keys()])
    this.#place = end
    this.#suspects = [...this.#suspects, ...found]
    this.#compared += heads.size
  }

  /** Returns what has to be looked at a third time. */
  async #lookAgain(): Promise<readonly Finding[]> {
    const suspects = this.#suspects
    const again = await this.#findingsOf([...new Set(suspects.map(({ streamId }) => streamId))])
    const others: Finding[] = []
    for (const second of again) {
      const { projection, streamId, kind, fields } = second
      const first = suspects.find((each) => each.projection === projection && each.streamId === streamId)
      const outcome = first && compareLooks(first, second)
      if (outcome === 'other') others.push(second)
      if (outcome !== 'wrong') continue
      this.#differing += 1
      this.#parts.logger.warn(
        { projection, streamId, kind, fields: fields.map(({ field }) => field) },
        'A document is not what the log says; npm run admin -- verify looks at all of them',
      )
    }
    return others
  }

  async #findingsOf(streamIds: readonly string[]): Promise<readonly Finding[]> {
    if (streamIds.length === 0) return []
    const folds = await foldStreams(this.#parts, streamIds)
    // Anew each time: it remembers customers as they were.
    return new DocumentCheck(this.#parts).check([...folds.values()], PROJECTION_NAMES)
  }
}
