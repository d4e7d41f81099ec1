import type { Documents, ProjectionName } from '../../src/contract/documents.js'
import { streamIdOf } from '../../src/contract/streams.js'
import type { DocumentStore } from '../../src/read/documentStore.js'
import type { ParkedStreams } from '../../src/read/parkedStreams.js'
import { type CustomerInLog, type CustomerShown, CustomersInLog } from '../fold/customersInLog.js'
import { type FoldParts, foldStreams } from '../fold/foldedStreams.js'
import type { StreamFold } from '../fold/streamFold.js'
import { keepingCustomer, withCustomer } from '../projections/withCustomer.js'
import { compareDocuments } from './compareDocuments.js'
import type { Finding, Lag } from './finding.js'

export interface DocumentCheckParts extends FoldParts {
  readonly documents: Pick<DocumentStore, 'get'>
  readonly parked: Pick<ParkedStreams, 'find'>
}

/** What one document is compared with. */
interface Look {
  /** The stream as far as the log goes. */
  readonly newest: StreamFold
  /** The stream as far as the document goes. */
  readonly atDocument: StreamFold | undefined
  readonly isParked: boolean
  readonly customer: CustomerInLog | undefined
  /** Whether the customer of an order stands still, which then can't show more of them. */
  readonly isCustomerParked: boolean
}

/**
 * Compares documents with the log: each with the fold of its stream up to the version that the document shows, an order with its customer as of
 * the version that the order shows. So nothing has to stand still meanwhile.
 */
export class DocumentCheck {
  readonly #parts: DocumentCheckParts
  readonly #customers: CustomersInLog

  constructor(parts: DocumentCheckParts) {
    this.#parts = parts
    this.#customers = new CustomersInLog(parts)
  }

  /** folds: of whole streams. projections: which documents to look at. What is in flight is found as well: a second look tells. */
  async check(folds: readonly StreamFold[], projections: readonly ProjectionName[]): Promise<readonly Finding[]> {
    const findings: Finding[] = []
    for (const name of projections) {
      const concerned = folds.filter((fold) => fold.projections.includes(name))
      if (concerned.length > 0) findings.push(...(await this.#checkOf(name, concerned)))
    }
    return findings
  }

  async #checkOf(name: ProjectionName, folds: readonly StreamFold[]): Promise<readonly Finding[]> {
    const stored = await this.#parts.documents.get(
      name,
      folds.map(({ id }) => id),
    )
    const documents = new Map([...stored].map(([id, { document }]) => [id, document]))
    const customersShown = [...documents.values()].filter(showsCustomer)
    const customerOf = await this.#customers.of(customersShown)
    const parked = await this.#parked([
      ...folds.map(({ streamId }) => streamId),
      ...customersShown.map(({ customerId }) => streamIdOf('customer', customerId)),
    ])
    const atDocument = await this.#atDocuments(folds, documents)
    return folds.flatMap((newest) => {
      const document = documents.get(newest.id)
      const shown = document && showsCustomer(document) ? document : undefined
      const finding = compare(name, document, {
        newest,
        atDocument: atDocument.get(newest.id),
        isParked: parked.has(`${name} ${newest.streamId}`),
        customer: shown && customerOf(shown),
        isCustomerParked: shown !== undefined && parked.has(`customers ${streamIdOf('customer', shown.customerId)}`),
      })
      return finding ? [finding] : []
    })
  }

  /** Each stream as of its document: most of them are at the newest version, and folded already. */
  async #atDocuments(
    folds: readonly StreamFold[],
    documents: ReadonlyMap<string, Documents[ProjectionName]>,
  ): Promise<ReadonlyMap<string, StreamFold>> {
    const others = folds.filter(({ id, version }) => (documents.get(id)?.version ?? version) !== version)
    const upTo = new Map(others.map(({ id, streamId }) => [streamId, documents.get(id)?.version ?? 0]))
    const again = await foldStreams(this.#parts, [...upTo.keys()], upTo)
    return new Map(
      folds.flatMap((fold) => {
        const found = upTo.has(fold.streamId) ? again.get(fold.streamId) : fold
        return found ? [[fold.id, found]] : []
      }),
    )
  }

  async #parked(streamIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#parts.parked.find([...new Set(streamIds)])
    return new Set(rows.map(({ projection, streamId }) => `${projection} ${streamId}`))
  }
}

function showsCustomer(document: Documents[ProjectionName]): document is Documents['orders'] & CustomerShown {
  return 'customerVersion' in document
}

/** Undefined where the document is what the log says, and where it is known to stand still. */
function compare(
  projection: ProjectionName,
  document: Documents[ProjectionName] | undefined,
  look: Look,
): Finding | undefined {
  const { newest, atDocument, isParked } = look
  const { streamId, version: logVersion } = newest
  const found = { projection, streamId, storedVersion: document?.version ?? null, logVersion, fields: [] }
  if (!document) {
    if (isParked) return undefined
    const fault = newest.documents[projection] ? undefined : newest.faults.get(projection)
    return fault ? { ...found, kind: 'unreadable', error: fault.error } : { ...found, kind: 'missing' }
  }
  if (document.version > (atDocument?.version ?? 0)) return { ...found, kind: 'ahead' }
  const expected = atDocument?.documents[projection]
  if (expected?.version !== document.version) {
    const error = atDocument?.faults.get(projection)?.error
    return isParked ? undefined : { ...found, kind: 'unreadable', ...(error === undefined ? {} : { error }) }
  }
  const fields = compareDocuments(document, withCustomerShown(expected, document, look))
  const seen = { ...found, logVersion: Math.max(logVersion, document.version) }
  if (fields.length > 0) return { ...seen, kind: 'differs', fields }
  if (isParked) return undefined
  const fault = newest.faults.get(projection)
  if (document.version < logVersion) {
    if (fault?.version === document.version + 1) return { ...seen, kind: 'unreadable', error: fault.error }
    return { ...seen, kind: 'behind', lag: { of: 'version', shown: document.version, wanted: logVersion } }
  }
  return behindElsewhere(document, look, seen)
}

/** The order with the customer that it shows. Where the log does not say what that is, it counts as right: the customer's own document tells. */
function withCustomerShown(
  expected: Documents[ProjectionName],
  document: Documents[ProjectionName],
  { customer }: Look,
): Documents[ProjectionName] {
  if (!showsCustomer(expected) || !showsCustomer(document) || document.customerVersion === 0) return expected
  if (customer?.shown) return withCustomer(expected, customer.shown)
  return keepingCustomer(expected, document)
}

/** What a document shows of another stream, or is said to be shown elsewhere. */
function behindElsewhere(
  document: Documents[ProjectionName],
  { customer, isCustomerParked }: Look,
  found: Omit<Finding, 'kind'>,
): Finding | undefined {
  if (showsCustomer(document)) {
    const wanted = isCustomerParked ? 0 : (customer?.newest?.version ?? 0)
    return behindIn('customerVersion', document.customerVersion, wanted, found)
  }
  if (!('ordersVersion' in document)) return undefined
  const { ordersVersion, version } = document
  if (ordersVersion <= version) return behindIn('ordersVersion', ordersVersion, version, found)
  const field = { field: 'ordersVersion', stored: String(ordersVersion), expected: String(version) }
  return { ...found, kind: 'differs', fields: [field] }
}

function behindIn(field: Lag['of'], shown: number, wanted: number, found: Omit<Finding, 'kind'>): Finding | undefined {
  if (shown >= wanted) return undefined
  const fields = [{ field, stored: String(shown), expected: String(wanted) }]
  return { ...found, kind: 'behind', fields, lag: { of: field, shown, wanted } }
}
