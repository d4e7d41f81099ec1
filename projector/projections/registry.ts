import type { ProjectionName } from '../../src/contract/documents.js'
import type { DomainEvent } from '../../src/contract/eventCodec.js'
import { STREAM_CATEGORIES, type StreamCategory } from '../../src/contract/streams.js'
import { customer } from './customer.js'
import { orderSummary } from './orderSummary.js'
import { orderTimeline } from './orderTimeline.js'
import { product } from './product.js'
import { type EventFacts, type EventsOf, type Projection, UnexpectedEvent } from './projection.js'

const PROJECTIONS: { readonly [Name in ProjectionName]: Projection<Name> } = {
  orders: orderSummary,
  orderTimelines: orderTimeline,
  customers: customer,
  products: product,
}

/** Which documents a stream makes. */
export const PROJECTIONS_OF: { readonly [Category in StreamCategory]: readonly ProjectionName[] } = {
  order: ['orders', 'orderTimelines'],
  customer: ['customers'],
  product: ['products'],
}

/** Whose streams a projection makes its documents of. */
export function categoryOf(projection: ProjectionName): StreamCategory {
  const category = STREAM_CATEGORIES.find((each) => PROJECTIONS_OF[each].includes(projection))
  if (!category) throw new Error(`Expected a category for the projection "${projection}", found none.`)
  return category
}

const CATEGORY_OF_EVENT: { readonly [Type in DomainEvent['type']]: StreamCategory } = {
  OrderCreated: 'order',
  OrderItemAdded: 'order',
  PaymentProcessed: 'order',
  OrderConfirmed: 'order',
  OrderShipped: 'order',
  OrderDelivered: 'order',
  OrderCancelled: 'order',
  CustomerRegistered: 'customer',
  CustomerContactChanged: 'customer',
  CustomerForgotten: 'customer',
  ProductAdded: 'product',
  ProductPriceChanged: 'product',
  InventoryUpdated: 'product',
}

/** Folds one event in. Throws UnexpectedEvent, and whatever a projection throws on a poison event. */
export function project<Name extends ProjectionName>(
  name: Name,
  document: Parameters<Projection<Name>>[0],
  event: DomainEvent,
  facts: EventFacts,
): ReturnType<Projection<Name>> {
  if (!PROJECTIONS_OF[CATEGORY_OF_EVENT[event.type]].includes(name)) throw new UnexpectedEvent(name, event, facts)
  // The line above is what the type checker can't see: the event belongs to this projection's streams.
  return PROJECTIONS[name](document, event as EventsOf[Name], facts)
}
