import { FIRST_STREAM } from '../../src/bus/logScan.js'
import type { Documents } from '../../src/contract/documents.js'
import type { DocumentStore, DocumentWrite } from '../../src/read/documentStore.js'
import type { FillProgress } from '../../src/read/generationRegistry.js'
import type { ParkedStreams } from '../../src/read/parkedStreams.js'
import { CustomersInLog } from '../fold/customersInLog.js'
import { endOf, type FoldParts, foldedStreams } from '../fold/foldedStreams.js'
import type { StreamFold } from '../fold/streamFold.js'
import { withCustomer } from '../projections/withCustomer.js'
import { patiently } from './patiently.js'
import { type NotFilled, writeAll } from './writeAll.js'

export interface FillParts extends FoldParts {
  readonly documents: DocumentStore
  readonly parked: ParkedStreams
}

export interface FillPlan {
  /** Where an earlier run came to. */
  readonly after: FillProgress | undefined
  readonly signal: AbortSignal
  /** Everything up to here is written. Awaited, so that it may be saved. */
  readonly onProgress: (progress: FillProgress) => Promise<void> | void
}

/** Of pages of streams. Two are what keeps a store busy; more hold more in memory and make each slower. */
const WRITES_UNDER_WAY = 2

/**
 * Writes every document of a generation that nobody works on yet, from the log as it is: stream by stream, each document once. While pages of
 * streams are written the next one is read and folded, so that memory holds three pages, however long the log is. What happens in the log meanwhile,
 * and what of it was seen here, is no matter: projectors come behind, and begin in front of all that was committed later than this began.
 *
 * Throws what the log throws, the reason of `signal`, and after several tries what the store throws: then it may go on from the last progress.
 */
export async function fill(parts: FillParts, { after, signal, onProgress }: FillPlan): Promise<void> {
  const customers = new CustomersInLog(parts)
  let events = after?.events ?? 0
  let last: Promise<void> = Promise.resolve()
  const underWay: Promise<void>[] = []
  try {
    for await (const folds of foldedStreams(parts, { after: after ? endOf(after) : FIRST_STREAM })) {
      signal.throwIfAborted()
      customers.remember(folds.filter(({ category }) => category === 'customer'))
      const writes = await writesOf(folds, customers)
      if (underWay.length >= WRITES_UNDER_WAY) await underWay.shift()
      events += folds.reduce((sum, { version }) => sum + version, 0)
      const progress = { streamId: folds.at(-1)?.streamId ?? '', events }
      last = writePage(parts, { folds, writes, signal, before: last, done: () => onProgress(progress) })
      // Awaited later; one that fails before must not end the process.
      last.catch(() => undefined)
      underWay.push(last)
    }
  } finally {
    // Also when one has failed: whoever goes on must not meet writes of this run.
    await Promise.allSettled(underWay)
  }
  await last
}

/** before: what has to be written before this may be told to be. */
async function writePage(
  parts: FillParts,
  page: {
    readonly folds: readonly StreamFold[]
    readonly writes: readonly DocumentWrite[]
    readonly signal: AbortSignal
    readonly before: Promise<void>
    readonly done: () => Promise<void> | void
  },
): Promise<void> {
  const { folds, writes, signal, before, done } = page
  const rejected = await writeAll(parts.documents, writes, signal)
  await patiently(() => park(parts.parked, [...folds.flatMap(unfoldable), ...rejected]), signal)
  await before
  await done()
}

async function writesOf(folds: readonly StreamFold[], customers: CustomersInLog): Promise<readonly DocumentWrite[]> {
  // Version 0: whichever is the newest.
  const orders = folds.flatMap(({ documents }) => documents.orders ?? [])
  const customerOf = await customers.of(orders.map(({ customerId }) => ({ customerId, customerVersion: 0 })))
  return folds.flatMap(({ documents: { orders: order, customers: customer, orderTimelines, products } }) => {
    const shown = order && customerOf({ customerId: order.customerId, customerVersion: 0 })?.newest
    return [
      ...written('orders', order && shown ? withCustomer(order, shown) : order),
      ...written('orderTimelines', orderTimelines),
      // No order of this generation shows less of the customer than this: they are written later.
      ...written('customers', customer && { ...customer, ordersVersion: customer.version }),
      ...written('products', products),
    ]
  })
}

function written<Name extends keyof Documents>(
  projection: Name,
  document: Documents[Name] | undefined,
): readonly DocumentWrite[] {
  // Name and document agree by construction; a union member can't be chosen by a type parameter.
  return document ? [{ projection, document, expected: 'absent' } as unknown as DocumentWrite] : []
}

function unfoldable({ streamId, version, faults }: StreamFold): readonly NotFilled[] {
  return [...faults].map(([projection, { version: failedVersion, eventType, eventPosition, error }]) => ({
    projection,
    streamId,
    failedVersion,
    lastSkipped: version,
    eventType,
    eventPosition,
    error,
  }))
}

/** Where a projection can't go on, this generation begins with the stream in quarantine, as a projector would have put it there. */
async function park(parked: ParkedStreams, streams: readonly NotFilled[]): Promise<void> {
  for (const stream of streams) await parked.park({ ...stream, attempts: 1, parkedAt: new Date().toISOString() })
}
