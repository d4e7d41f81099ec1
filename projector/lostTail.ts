import type { Logger } from 'pino'
import type { CheckpointStore } from '../src/bus/checkpointStore.js'
import type { LogObserver } from '../src/bus/logObserver.js'
import type { Documents, ProjectionName } from '../src/contract/documents.js'
import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import { compareGlobalPositions, type GlobalPosition } from '../src/contract/globalPosition.js'
import { parseStreamId } from '../src/contract/streams.js'
import type { DocumentStore } from '../src/read/documentStore.js'
import type { ParkedStreams } from '../src/read/parkedStreams.js'
import type { StreamReader } from '../src/write/eventStore/eventStore.js'
import { PROJECTIONS_OF } from './projections/registry.js'

/** Events looked at in one step. */
const STEP_EVENTS = 1_000

export interface LostTailParts {
  readonly observer: LogObserver
  readonly checkpoints: CheckpointStore
  readonly documents: Pick<DocumentStore, 'get'>
  readonly parked: Pick<ParkedStreams, 'find'>
  readonly streams: StreamReader
  /** Of the walk's own checkpoint. */
  readonly group: string
  /** How long the projector is given before an event may be called lost. */
  readonly minAgeMs: number
  readonly logger: Logger
}

/** Of a stream, as one of its documents shows it. */
interface Shown {
  readonly streamId: string
  /** Its newest version. */
  readonly head: number
  readonly projection: ProjectionName
  /** Up to here everything is done. */
  readonly done: number
}

/** Where the checkpoint of a group's sweep is kept. */
export function lostTailGroup(group: string): string {
  return `${group}/lost-tail`
}

/**
 * Finds what the bus has lost for good. A lost message in the middle of a stream shows as a gap when the next one comes; the last one of a
 * stream leaves nothing behind it. So the log is walked a second time, some time after the projector, only comparing stream heads with documents.
 */
export class LostTail {
  readonly #parts: LostTailParts

  constructor(parts: LostTailParts) {
    this.#parts = parts
  }

  /**
   * One step of the walk, never beyond `upTo`: what the projector has not come to is not lost. `restore` is given every event that is missing
   * somewhere, those of a stream in order. It is to write them and to do what follows from them, however often that takes with these very events:
   * once written they are not found here again. It answers false when it was stopped before. Returns whether there may be more at once.
   */
  async step(upTo: GlobalPosition, restore: (events: readonly EventEnvelope[]) => Promise<boolean>): Promise<boolean> {
    const { observer, checkpoints, group, minAgeMs, logger } = this.#parts
    const from = await checkpoints.load(group)
    const { heads, end } = await observer.settledHeads(from, STEP_EVENTS, minAgeMs)
    if (compareGlobalPositions(end, from) === 0 || compareGlobalPositions(end, upTo) > 0) return false
    const lost = await this.#lost(heads)
    if (lost.length > 0) {
      logger.warn(
        { events: lost.length },
        'The bus has lost events, or a projector what follows from them; taken from the log',
      )
      if (!(await restore(lost))) return false
    }
    // Somebody else's step may have moved it: then theirs counts.
    await checkpoints.save(group, from, end)
    return true
  }

  async #lost(heads: ReadonlyMap<string, number>): Promise<readonly EventEnvelope[]> {
    const behind = (await this.#shown(heads)).filter(({ done, head }) => done < head)
    const missing = (await this.#withPassedOver(behind)).filter(({ done, head }) => done < head)
    const events = await Promise.all(
      [...Map.groupBy(missing, ({ streamId }) => streamId)].map(([streamId, its]) =>
        this.#parts.streams.readStream(streamId, Math.min(...its.map(({ done }) => done)) + 1, heads.get(streamId)),
      ),
    )
    return events.flat()
  }

  async #shown(heads: ReadonlyMap<string, number>): Promise<readonly Shown[]> {
    const { documents } = this.#parts
    const idsOf = new Map<ProjectionName, string[]>()
    for (const streamId of heads.keys()) {
      const { category, id } = parseStreamId(streamId)
      for (const projection of PROJECTIONS_OF[category]) add(idsOf, projection, id)
    }
    const doneIn = new Map<ProjectionName, ReadonlyMap<string, number>>()
    for (const [projection, ids] of idsOf) {
      const found = [...(await documents.get(projection, ids))]
      doneIn.set(projection, new Map(found.map(([id, { document }]) => [id, doneOf(document)])))
    }
    return [...heads].flatMap(([streamId, head]) => {
      const { category, id } = parseStreamId(streamId)
      return PROJECTIONS_OF[category].map((projection) => {
        return { streamId, head, projection, done: doneIn.get(projection)?.get(id) ?? 0 }
      })
    })
  }

  /** Where a stream is parked, what was passed over knowingly is not lost. */
  async #withPassedOver(behind: readonly Shown[]): Promise<readonly Shown[]> {
    if (behind.length === 0) return behind
    const rows = await this.#parts.parked.find(behind.map(({ streamId }) => streamId))
    return behind.map((each) => {
      const row = rows.find(({ projection, streamId }) => projection === each.projection && streamId === each.streamId)
      return row ? { ...each, done: Math.max(each.done, row.lastSkipped) } : each
    })
  }
}

/** A customer's event is done when the customer's orders show it: whoever wrote it may have died before they did. */
function doneOf(document: Documents[ProjectionName]): number {
  return 'ordersVersion' in document ? Math.min(document.version, document.ordersVersion) : document.version
}

function add(idsOf: Map<ProjectionName, string[]>, projection: ProjectionName, id: string): void {
  const ids = idsOf.get(projection)
  if (ids) ids.push(id)
  else idsOf.set(projection, [id])
}
