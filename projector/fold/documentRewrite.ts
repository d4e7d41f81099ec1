import type { Documents, OrderDocument, ProjectionName } from '../../src/contract/documents.js'
import { parseStreamId } from '../../src/contract/streams.js'
import type { DocumentStore, DocumentWrite } from '../../src/read/documentStore.js'
import type { ParkedPlace } from '../../src/read/parkedStreams.js'
import { keepingCustomer, withCustomer } from '../projections/withCustomer.js'
import { CustomersInLog } from './customersInLog.js'
import { type FoldParts, foldStreams } from './foldedStreams.js'

export interface DocumentRewriteParts extends FoldParts {
  readonly documents: Pick<DocumentStore, 'get' | 'write'>
}

/** Writes a document anew from the log, at the version that it shows, by compare-and-set: whoever else writes it is never undone. */
export class DocumentRewrite {
  readonly #parts: DocumentRewriteParts

  constructor(parts: DocumentRewriteParts) {
    this.#parts = parts
  }

  /**
   * Returns what the store has against it, where it does not take what the log says. A document that is not there stays so: that is for a projector.
   * Throws what is retriable.
   */
  async rewrite({ projection, streamId }: ParkedPlace): Promise<string | undefined> {
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
    if ('customerVersion' in expected && 'customerVersion' in stored) return this.#withCustomer(expected, stored)
    if (!('ordersVersion' in expected) || !('ordersVersion' in stored)) return expected
    // What it says of the orders stays, as long as it can be true; what it does not say yet, the sweep behind the newest event makes true.
    const ordersVersion = stored.ordersVersion <= expected.version ? stored.ordersVersion : 0
    return { ...expected, ordersVersion }
  }

  /**
   * With the newest customer, and not the one shown: the order would only have to be written again. Read after the document and not remembered: an
   * older one would bring back what a sweep has taken away since, the name of who was forgotten.
   */
  async #withCustomer(expected: OrderDocument, stored: OrderDocument): Promise<OrderDocument> {
    const customerOf = await new CustomersInLog(this.#parts).of([expected])
    const { newest, logVersion = 0 } = customerOf(expected) ?? {}
    // What was shown once may be unreadable now; a customer as of before would be a step back, too.
    const isStepBack = (newest?.version ?? 0) < stored.customerVersion && stored.customerVersion <= logVersion
    if (isStepBack && stored.customerId === expected.customerId) return keepingCustomer(expected, stored)
    return newest ? withCustomer(expected, newest) : expected
  }
}
