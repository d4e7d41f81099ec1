import type { OrderDocument, ProjectionName } from '../src/contract/documents.js'
import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import type { AppliedEvent, OrderAnnouncement, ProjectionResult } from '../src/contract/projectionResult.js'
import type { StreamReader } from '../src/write/eventStore/eventStore.js'
import { decodeWithoutKeys } from './eventReader.js'
import { inOrder } from './gate.js'
import { factsOf } from './projections/projection.js'
import { project } from './projections/registry.js'
import type { StreamWork } from './streamWork.js'

/** What `orderChanged` and the filters of `ordersChanged` ask, as of `after`. No personal data. */
export function orderAnnouncement(before: OrderDocument | undefined, after: OrderDocument): OrderAnnouncement {
  return {
    orderId: after.id,
    customerId: after.customerId,
    status: after.status,
    previousStatus: before && before.status !== after.status ? before.status : null,
    createdAt: after.createdAt,
    currency: after.currency,
    totalMinor: after.totalMinor,
    skus: [...new Set(after.items.map((item) => item.sku))],
  }
}

/**
 * One announcement an event that is in the documents now: those applied in this slice, and those that arrived again. A projector may have
 * died between an earlier write and its announcement, so repeats are announced too, and with them what the bus has lost in between: it was
 * applied with them, and nobody else will announce it. In order per stream.
 */
export async function appliedEvents(work: StreamWork, reader: StreamReader): Promise<readonly ProjectionResult[]> {
  const shown = [...new Set([...range(work.firstArrived, work.lastArrived), ...work.applied])]
    .sort((a, b) => a - b)
    .map((version) => ({ version, projections: projectionsShowing(work, version) }))
    .filter(({ projections }) => projections.length > 0)
  const inHand = new Set(work.events.map((event) => event.streamVersion))
  const missing = shown.filter(
    ({ version, projections }) =>
      !inHand.has(version) || (projections.includes('orders') && !work.snapshots.has(version)),
  )
  const last = missing.at(-1)
  if (last) await recall(work, last.version, reader)
  const events = new Map(work.events.map((event) => [event.streamVersion, event]))
  const isReleased = work.targets.some((target) => target.isReleased)
  return shown.flatMap(({ version, projections }): AppliedEvent[] => {
    const event = events.get(version)
    if (!event) return []
    const order = projections.includes('orders') ? (work.snapshots.get(version) ?? null) : null
    const applied: AppliedEvent = {
      kind: 'applied',
      projections,
      streamId: work.streamId,
      version,
      type: event.type,
      order,
    }
    return [isReleased ? applied : { ...applied, recordedAt: event.recordedAt }]
  })
}

/** Those that stand still, named again with every event that they pass over, for whoever began to wait since. */
export function parkedStreams(work: StreamWork): readonly ProjectionResult[] {
  const parked = work.targets.filter(({ announceParked }) => announceParked)
  return [...new Set(parked.map(({ parkedAt }) => parkedAt))].map((version) => ({
    kind: 'parked',
    projections: parked.filter(({ parkedAt }) => parkedAt === version).map(({ slot }) => slot.projection),
    streamId: work.streamId,
    version,
  }))
}

/** Both ends included. */
function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

function projectionsShowing(work: StreamWork, version: number): readonly ProjectionName[] {
  return work.targets.filter(({ slot }) => slot.version >= version).map(({ slot }) => slot.projection)
}

/** The document shows more than the version asked for, so what it was then is folded from the log. Seldom: only after a restart. */
async function recall(work: StreamWork, upTo: number, reader: StreamReader): Promise<void> {
  const envelopes = await reader.readStream(work.streamId, 1, upTo)
  work.events = inOrder([...work.events, ...envelopes])
  if (work.category !== 'order') return
  let order: OrderDocument | undefined
  for (const envelope of envelopes) {
    const before: OrderDocument | undefined = order
    order = foldOrder(before, envelope)
    if (!order) return
    work.snapshots.set(envelope.streamVersion, orderAnnouncement(before, order))
  }
}

/** Undefined for an event that an earlier or later release applied and this one can't: then the announcement goes without the order's facts. */
function foldOrder(order: OrderDocument | undefined, envelope: EventEnvelope): OrderDocument | undefined {
  try {
    return project('orders', order, decodeWithoutKeys(envelope), factsOf(envelope))
  } catch {
    return undefined
  }
}
