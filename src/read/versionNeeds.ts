import type { StreamVersion } from '../contract/consistencyToken.js'
import type { ProjectionName } from '../contract/documents.js'
import type { ProjectionResult } from '../contract/projectionResult.js'
import { parseStreamId, type StreamCategory } from '../contract/streams.js'
import type { BatchedDocuments } from './batchedDocuments.js'
import type { View } from './consistency.js'

/** One thing that has to show a version before a view does. */
export interface VersionNeed {
  /** The projection that stands still when the stream is parked there. */
  readonly projection: ProjectionName
  /**
   * The version of the target's stream that it shows now: 0 when nothing yet, Infinity when there is nothing in it that could be older.
   * wanted: the version that will do; whoever shows less is asked at the store. Throws StoreUnavailable.
   */
  look(documents: BatchedDocuments, wanted: number): Promise<number>
  /** The version that an announcement of the target's stream proves for it, 0 for none. */
  shownBy(result: ProjectionResult): number
}

/** What has to show `target` for all `views`; and whether lists, search and statistics have to find it then. */
export function needsOf(
  target: StreamVersion,
  views: readonly View[],
): { readonly needs: readonly VersionNeed[]; readonly searchable: boolean } {
  const { category, id } = parseStreamId(target.streamId)
  const needs = new Map<string, VersionNeed>()
  for (const view of views) for (const [name, need] of NEEDS[category](id, view)) needs.set(name, need)
  // A customer's `ordersVersion` is recorded when their orders are searchable; nothing is left to wait for.
  const searchable = category !== 'customer' && views.some(({ kind }) => kind === 'lists')
  return { needs: [...needs.values()], searchable }
}

type NamedNeeds = readonly (readonly [name: string, need: VersionNeed])[]

const NEEDS: { readonly [Category in StreamCategory]: (id: string, view: View) => NamedNeeds } = {
  order: (id, view) =>
    view.kind === 'timeline'
      ? [['timeline', ownDocument('orderTimelines', id)]]
      : [['document', ownDocument('orders', id)]],
  customer: (id, view) => {
    const document = ['document', ownDocument('customers', id)] as const
    if (view.kind === 'lists') return [document, ['orders', everyOrderOfCustomer(id)]]
    if (view.kind === 'order') return [document, [`order ${view.orderId}`, orderOfCustomer(id, view.orderId)]]
    return [document]
  },
  product: (id) => [['document', ownDocument('products', id)]],
}

function ownDocument(projection: ProjectionName, id: string): VersionNeed {
  return {
    projection,
    look: async (documents, wanted) =>
      (await documents.load(projection, id, ({ version }) => version >= wanted))?.version ?? 0,
    shownBy: (result) => (result.kind === 'applied' && result.projections.includes(projection) ? result.version : 0),
  }
}

function everyOrderOfCustomer(customerId: string): VersionNeed {
  return {
    projection: 'customers',
    look: async (documents, wanted) =>
      (await documents.load('customers', customerId, ({ ordersVersion }) => ordersVersion >= wanted))?.ordersVersion ??
      0,
    shownBy: versionOfOrders,
  }
}

/** An order that is not there, or is somebody else's, shows nothing of this customer that could be old. */
function orderOfCustomer(customerId: string, orderId: string): VersionNeed {
  return {
    projection: 'customers',
    look: async (documents, wanted) => {
      const order = await documents.load(
        'orders',
        orderId,
        (cached) => cached.customerId !== customerId || cached.customerVersion >= wanted,
      )
      return order?.customerId === customerId ? order.customerVersion : Number.POSITIVE_INFINITY
    },
    shownBy: versionOfOrders,
  }
}

function versionOfOrders(result: ProjectionResult): number {
  return result.kind === 'ordersOfCustomer' ? result.version : 0
}
