import { type DomainEvent, decodeEvent } from '../contract/eventCodec.js'
import type { EventEnvelope } from '../contract/eventEnvelope.js'
import { parseStreamId, streamIdOf } from '../contract/streams.js'
import type { CustomerState } from '../domain/customer/state.js'
import type { OrderFacts } from '../domain/order/commands.js'
import type { ProductAdded, ProductPriceChanged } from '../domain/product/events.js'
import { type Aggregate, customer, type Folded, fold, unfolded } from './aggregates.js'
import type { EventStore, LoadResult } from './eventStore/eventStore.js'
import type { FoldedStreams } from './foldedStreams.js'

/** What a command is decided on. */
export interface Loaded<State> {
  readonly current: Folded<State>
  readonly facts: OrderFacts
}

/** Whose stream, and what of others the decision asks for. */
export interface DecisionNeeds {
  readonly streamId: string
  /** The customer whose status is asked. */
  readonly customerId?: string
  /** The products of which name and price are asked. */
  readonly skus: readonly string[]
}

/**
 * Brings the folds that a command needs up to date, in one statement that reads only what is newer than what is remembered.
 *
 * Throws LogUnavailable, UndecodableEvent.
 */
export async function loadForDecision<State, Event extends DomainEvent>(
  { store, folded }: { readonly store: EventStore; readonly folded: FoldedStreams },
  aggregate: Aggregate<never, State, Event>,
  { streamId, customerId, skus }: DecisionNeeds,
): Promise<Loaded<State>> {
  const own = folded.get<State>(streamId) ?? unfolded(aggregate)
  const theirs = customerId === undefined ? undefined : rememberedCustomer(folded, streamIdOf('customer', customerId))
  const loaded = await store.load({
    streams: [
      { streamId, afterVersion: own.version },
      ...(theirs ? [{ streamId: theirs.streamId, afterVersion: theirs.remembered.version }] : []),
    ],
    catalogue: [...new Set(skus)].map((sku) => streamIdOf('product', sku)),
  })
  const theirNow = theirs && advance(folded, customer, theirs.streamId, theirs.remembered, loaded)
  return {
    current: advance(folded, aggregate, streamId, own, loaded),
    facts: { customer: statusOf(theirNow?.state), catalogue: catalogueOf(loaded) },
  }
}

function rememberedCustomer(folded: FoldedStreams, streamId: string) {
  return { streamId, remembered: folded.get<CustomerState>(streamId) ?? unfolded(customer) }
}

function advance<State, Event extends DomainEvent>(
  folded: FoldedStreams,
  aggregate: Aggregate<never, State, Event>,
  streamId: string,
  from: Folded<State>,
  loaded: LoadResult,
): Folded<State> {
  const events = loaded.streams.get(streamId)
  if (!events) return from
  const now = fold(aggregate, from, events)
  folded.put(streamId, now, aggregate.sizeOf(now.state))
  return now
}

function statusOf(state: CustomerState | undefined): OrderFacts['customer'] {
  switch (state?.status) {
    case 'REGISTERED':
      return 'registered'
    case 'FORGOTTEN':
      return 'forgotten'
    default:
      return 'unknown'
  }
}

function catalogueOf(loaded: LoadResult): OrderFacts['catalogue'] {
  return new Map([...loaded.catalogue].map(([streamId, entry]) => [parseStreamId(streamId).id, nameAndPrice(entry)]))
}

function nameAndPrice(entry: EventEnvelope) {
  const { data } = decodeEvent(entry, () => null) as ProductAdded | ProductPriceChanged
  return { name: data.name, unitPrice: data.unitPrice }
}
