import type { Logger } from 'pino'
import type { CheckpointStore } from '../src/bus/checkpointStore.js'
import type { LogObserver } from '../src/bus/logObserver.js'
import type { ProjectionName } from '../src/contract/documents.js'
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

interface StreamBehind {
  readonly streamId: string
  /** Its newest. */
  readonly version: number
  /** Whose documents show less. */
  readonly projections: readonly ProjectionName[]
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
   * One step of the walk, never beyond `upTo`: what the projector has not come to is not lost. `apply` is given the newest event of each
   * stream that is behind; the gate fills in the rest; it answers false when it was stopped before it was done with them. Returns whether
   * there may be more at once.
   */
  async step(upTo: GlobalPosition, apply: (events: readonly EventEnvelope[]) => Promise<boolean>): Promise<boolean> {
    const { observer, checkpoints, group, minAgeMs, logger } = this.#parts
    const from = await checkpoints.load(group)
    const { heads, end } = await observer.settledHeads(from, STEP_EVENTS, minAgeMs)
    if (compareGlobalPositions(end, from) === 0 || compareGlobalPositions(end, upTo) > 0) return false
    const behind = await this.#behind(heads)
    if (behind.length > 0) {
      logger.warn({ streams: behind.length }, 'The bus has lost events; they are taken from the log')
      if (!(await apply(behind))) return false
    }
    // Somebody else's step may have moved it: then theirs counts.
    await checkpoints.save(group, from, end)
    return true
  }

  async #behind(heads: ReadonlyMap<string, number>): Promise<readonly EventEnvelope[]> {
    const { documents, streams } = this.#parts
    const idsOf = new Map<ProjectionName, string[]>()
    for (const streamId of heads.keys()) {
      const { category, id } = parseStreamId(streamId)
      for (const projection of PROJECTIONS_OF[category]) add(idsOf, projection, id)
    }
    const shown = new Map<ProjectionName, ReadonlyMap<string, { readonly document: { readonly version: number } }>>()
    for (const [projection, ids] of idsOf) shown.set(projection, await documents.get(projection, ids))
    const behind = [...heads].flatMap(([streamId, version]) => {
      const { category, id } = parseStreamId(streamId)
      const projections = PROJECTIONS_OF[category].filter(
        (name) => (shown.get(name)?.get(id)?.document.version ?? 0) < version,
      )
      return projections.length > 0 ? [{ streamId, version, projections }] : []
    })
    const lost = await this.#neverSeen(behind)
    const events = await Promise.all(
      lost.map(({ streamId, version }) => streams.readStream(streamId, version, version)),
    )
    return events.flat()
  }

  /** Without those that are behind only where they are parked, and were passed over knowingly: of them nothing is lost. */
  async #neverSeen(behind: readonly StreamBehind[]): Promise<readonly StreamBehind[]> {
    if (behind.length === 0) return behind
    const rows = await this.#parts.parked.find(behind.map(({ streamId }) => streamId))
    return behind.filter(({ streamId, version, projections }) =>
      projections.some(
        (name) =>
          !rows.some((row) => row.projection === name && row.streamId === streamId && row.lastSkipped >= version),
      ),
    )
  }
}

function add(idsOf: Map<ProjectionName, string[]>, projection: ProjectionName, id: string): void {
  const ids = idsOf.get(projection)
  if (ids) ids.push(id)
  else idsOf.set(projection, [id])
}
