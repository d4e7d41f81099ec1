import { type DomainEvent, decodeEvent } from '../contract/eventCodec.js'
import type { EventEnvelope } from '../contract/eventEnvelope.js'
import type { StreamCategory } from '../contract/streams.js'
import type { CustomerCommand } from '../domain/customer/commands.js'
import { decideCustomer } from '../domain/customer/decide.js'
import type { CustomerEvent } from '../domain/customer/events.js'
import { evolveCustomer, initialCustomer } from '../domain/customer/evolve.js'
import type { CustomerState } from '../domain/customer/state.js'
import type { Decision } from '../domain/message.js'
import type { OrderCommand } from '../domain/order/commands.js'
import { decideOrder } from '../domain/order/decide.js'
import type { OrderEvent } from '../domain/order/events.js'
import { evolveOrder, initialOrder } from '../domain/order/evolve.js'
import type { OrderState } from '../domain/order/state.js'
import type { ProductCommand } from '../domain/product/commands.js'
import { decideProduct } from '../domain/product/decide.js'
import type { ProductEvent } from '../domain/product/events.js'
import { evolveProduct, initialProduct } from '../domain/product/evolve.js'
import type { ProductState } from '../domain/product/state.js'

/** What the handler needs of an aggregate. An aggregate more is one of these more. */
export interface Aggregate<Command, State, Event extends DomainEvent> {
  readonly category: StreamCategory
  readonly initial: State
  readonly decide: (command: Command, state: State) => Decision<Event>
  readonly evolve: (state: State, event: Event) => State
  /** How many parts a state is made of, at least 1: what it costs to keep it in memory. */
  readonly sizeOf: (state: State) => number
}

export const order: Aggregate<OrderCommand, OrderState, OrderEvent> = {
  category: 'order',
  initial: initialOrder,
  decide: decideOrder,
  evolve: evolveOrder,
  sizeOf: (state) => 1 + (state.status === 'NONE' ? 0 : state.items.length),
}

export const customer: Aggregate<CustomerCommand, CustomerState, CustomerEvent> = {
  category: 'customer',
  initial: initialCustomer,
  decide: decideCustomer,
  evolve: evolveCustomer,
  sizeOf: () => 1,
}

export const product: Aggregate<ProductCommand, ProductState, ProductEvent> = {
  category: 'product',
  initial: initialProduct,
  decide: decideProduct,
  evolve: evolveProduct,
  sizeOf: () => 1,
}

/** A state and the stream version that it is the fold of. */
export interface Folded<State> {
  readonly state: State
  readonly version: number
}

export function unfolded<State>(aggregate: { readonly initial: State }): Folded<State> {
  return { state: aggregate.initial, version: 0 }
}

/** The fold of `events` on top of `from`. Personal fields stay sealed: no rule asks for them. Throws UndecodableEvent. */
export function fold<State, Event extends DomainEvent>(
  aggregate: Pick<Aggregate<never, State, Event>, 'evolve'>,
  from: Folded<State>,
  events: readonly EventEnvelope[],
): Folded<State> {
  return events.reduce<Folded<State>>(
    ({ state }, envelope) => ({
      state: aggregate.evolve(state, decodeEvent(envelope, () => null) as Event),
      version: envelope.streamVersion,
    }),
    from,
  )
}
