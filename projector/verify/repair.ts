import { PROJECTION_NAMES } from '../../src/contract/documents.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import type { DocumentStore } from '../../src/read/documentStore.js'
import type { StreamReader } from '../../src/write/eventStore/eventStore.js'
import type { SliceConsumer } from '../consumeBatch.js'
import { DocumentRewrite } from '../fold/documentRewrite.js'
import { foldStreams } from '../fold/foldedStreams.js'
import { DocumentCheck, type DocumentCheckParts } from './documentCheck.js'
import { compareLooks, type Finding } from './finding.js'
import { type GenerationInView, requireRead } from './requireRead.js'

export interface RepairParts extends DocumentCheckParts, GenerationInView {
  readonly documents: DocumentStore
  readonly streamReader: StreamReader
  /**
   * What brings documents up to the log's newest event, sweeps orders and announces. A new one each time: it remembers documents, and would take one
   * that was just rewritten for what it was.
   */
  readonly slices: () => Pick<SliceConsumer, 'consume'>
}

export interface RepairOutcome {
  readonly finding: Finding
  /** Whether the document is now what the log says, or is on its way there. */
  readonly repaired: boolean
  /** What the store has against it. Without document content. */
  readonly reason: string | undefined
}

/**
 * Makes documents what the log says, beside running projectors: what is wrong at its own version is written anew by compare-and-set, and everything
 * behind that is a projector's everyday work, done by the projector's own code.
 */
export class Repair {
  readonly #parts: RepairParts
  readonly #rewrite: DocumentRewrite

  constructor(parts: RepairParts) {
    this.#parts = parts
    this.#rewrite = new DocumentRewrite(parts)
  }

  /**
   * Some findings, at most one a document. Returns what came of each. Throws GenerationLeft, and what is retriable: then the same may be done again.
   */
  async repair(findings: readonly Finding[]): Promise<readonly RepairOutcome[]> {
    // Of another one nothing may be announced, or put into the cache that is in front of this one.
    await requireRead(this.#parts)
    const refused = new Map<Finding, string>()
    for (const finding of findings) {
      if (finding.kind !== 'differs' && finding.kind !== 'ahead') continue
      const reason = await this.#rewrite.rewrite(finding)
      if (reason !== undefined) refused.set(finding, reason)
    }
    const streamIds = [...new Set(findings.filter(isMendable).map(({ streamId }) => streamId))]
    // Also where the document was rewritten: what follows from a write, as the sweep of a customer's orders, is done again with the newest event.
    await this.#parts.slices().consume(await this.#newestEvents(streamIds))
    const isWrong = await this.#stillWrong(streamIds)
    for (const [finding, error] of await this.#parkedMeanwhile(findings)) refused.set(finding, error)
    return findings.map((finding) => ({
      finding,
      repaired: isMendable(finding) && !refused.has(finding) && !isWrong(finding),
      reason: refused.get(finding),
    }))
  }

  /** What was behind and is in quarantine now: it stands still, and is no difference any more, but nobody has mended it. */
  async #parkedMeanwhile(findings: readonly Finding[]): Promise<ReadonlyMap<Finding, string>> {
    const behind = findings.filter(({ kind }) => kind === 'missing' || kind === 'behind')
    const rows = await this.#parts.parked.find([...new Set(behind.map(({ streamId }) => streamId))])
    return new Map(
      behind.flatMap((finding) => {
        const row = rows.find((each) => each.projection === finding.projection && each.streamId === finding.streamId)
        return row ? [[finding, row.error] as const] : []
      }),
    )
  }

  async #newestEvents(streamIds: readonly string[]): Promise<readonly EventEnvelope[]> {
    const heads = await this.#parts.scan.heads(streamIds)
    const { streamReader } = this.#parts
    const events = await Promise.all([...heads].map(([id, version]) => streamReader.readStream(id, version, version)))
    return events.flat()
  }

  async #stillWrong(streamIds: readonly string[]): Promise<(first: Finding) => boolean> {
    const folds = await foldStreams(this.#parts, streamIds)
    // Made after the repair: it remembers customers as they were.
    const again = await new DocumentCheck(this.#parts).check([...folds.values()], PROJECTION_NAMES)
    return (first) =>
      again.some(
        (second) =>
          second.projection === first.projection &&
          second.streamId === first.streamId &&
          compareLooks(first, second) === 'wrong',
      )
  }
}

/** From the log. What has no stream there, and what no projection can go on with, it can't mend. */
function isMendable({ kind }: Finding): boolean {
  return kind !== 'extra' && kind !== 'unreadable'
}
