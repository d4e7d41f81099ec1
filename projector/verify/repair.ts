import { type Documents, PROJECTION_NAMES, type ProjectionName } from '../../src/contract/documents.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { parseStreamId } from '../../src/contract/streams.js'
import type { DocumentStore, DocumentWrite } from '../../src/read/documentStore.js'
import type { StreamReader } from '../../src/write/eventStore/eventStore.js'
import type { SliceConsumer } from '../consumeBatch.js'
import { withCustomer } from '../projections/withCustomer.js'
import { CustomersInLog } from './customersInLog.js'
import { DocumentCheck, type DocumentCheckParts } from './documentCheck.js'
import { type Finding, isStillWrong } from './finding.js'
import { foldStreams } from './foldedStreams.js'

export interface RepairParts extends DocumentCheckParts {
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
  readonly #customers: CustomersInLog
  readonly #check: DocumentCheck

  constructor(parts: RepairParts) {
    this.#parts = parts
    this.#customers = new CustomersInLog(parts)
    this.#check = new DocumentCheck(parts)
  }

  /** Some findings, at most one a document. Returns what came of each. Throws what is retriable: then the same may be done again. */
  async repair(findings: readonly Finding[]): Promise<readonly RepairOutcome[]> {
    const refused = new Map<Finding, string>()
    for (const finding of findings) {
      if (finding.kind !== 'differs' && finding.kind !== 'ahead') continue
      const reason = await this.#rewrite(finding)
      if (reason !== undefined) refused.set(finding, reason)
    }
    const streamIds = [...new Set(findings.filter(isMendable).map(({ streamId }) => streamId))]
    // Also where the document was rewritten: what follows from a write, as the sweep of a customer's orders, is done again with the newest event.
    await this.#parts.slices().consume(await this.#newestEvents(streamIds))
    const isWrong = await this.#stillWrong(streamIds)
    return findings.map((finding) => ({
      finding,
      repaired: isMendable(finding) && !isWrong(finding),
      reason: refused.get(finding),
    }))
  }

  async #newestEvents(streamIds: readonly string[]): Promise<readonly EventEnvelope[]> {
    const heads = await this.#parts.scan.heads(streamIds)
    const { streamReader } = this.#parts
    const events = await Promise.all([...heads].map(([id, version]) => streamReader.readStream(id, version, version)))
    return events.flat()
  }

  async #stillWrong(streamIds: readonly string[]): Promise<(first: Finding) => boolean> {
    const folds = await foldStreams(this.#parts, streamIds)
    const again = await this.#check.check([...folds.values()], PROJECTION_NAMES)
    return (first) =>
      again.some(
        (second) =>
          second.projection === first.projection && second.streamId === first.streamId && isStillWrong(first, second),
      )
  }

  /** Returns what the store has against it, where it does not take what the log says. */
  async #rewrite({ projection, streamId }: Finding): Promise<string | undefined> {
    const { id } = parseStreamId(streamId)
    for (;;) {
      const stored = (await this.#parts.documents.get(projection, [id])).get(id)
      const expected = stored && (await this.#expected(projection, streamId, stored.document))
      if (!stored || !expected) return undefined
      // Name and document agree by construction; a union member can't be chosen by a type parameter.
      const write = { projection, document: expected, expected: stored.revision } as DocumentWrite
      const [result] = await this.#parts.documents.write([write])
      if (result?.kind === 'rejected') return result.reason
      if (result?.kind === 'written') return undefined
    }
  }

  /** At the version that the document shows, or the newest where the log does not go so far. */
  async #expected(
    projection: ProjectionName,
    streamId: string,
    stored: Documents[ProjectionName],
  ): Promise<Documents[ProjectionName] | undefined> {
    const fold = (await foldStreams(this.#parts, [streamId], new Map([[streamId, stored.version]]))).get(streamId)
    const expected = fold?.documents[projection]
    if (!expected) return undefined
    if ('customerVersion' in expected) {
      // The newest, and not the one shown: the order would only have to be written again.
      const customerOf = await this.#customers.of([expected])
      const side = customerOf(expected)?.newest
      return side ? withCustomer(expected, side) : expected
    }
    if (!('ordersVersion' in expected) || !('ordersVersion' in stored)) return expected
    // What it says of the orders stays, as long as it can be true; what it does not say yet, the sweep behind the newest event makes true.
    const ordersVersion = stored.ordersVersion <= expected.version ? stored.ordersVersion : 0
    return { ...expected, ordersVersion }
  }
}

/** From the log. What has no stream there, and what no projection can go on with, it can't mend. */
function isMendable({ kind }: Finding): boolean {
  return kind !== 'extra' && kind !== 'unreadable'
}
