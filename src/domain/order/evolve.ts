import { isRefusal } from '../decision.js'
import { ImpossibleEvent } from '../impossibleEvent.js'
import type { Refusal } from '../message.js'
import type { Money } from '../money.js'
import { add, zero } from '../moneyArithmetic.js'
import { unreachable } from '../unreachable.js'
import type { OrderCancelled, OrderCreated, OrderEvent, OrderItemAdded, PaymentProcessed } from './events.js'
import { mergeLines, totalOf } from './lines.js'
import type {
  CancelledOrder,
  ConfirmedOrder,
  ExistingOrder,
  NoOrder,
  OrderBasics,
  OrderState,
  PendingOrder,
  ShippedOrder,
} from './state.js'

export const initialOrder: NoOrder = { status: 'NONE' }

/**
 * The order after one more event.
 *
 *   NONE ─OrderCreated─► PENDING ─OrderConfirmed─► CONFIRMED ─OrderShipped─► SHIPPED ─OrderDelivered─► DELIVERED
 *                           └───────────────────────────┴────────────────────────┴──OrderCancelled──► CANCELLED
 *
 * OrderItemAdded only while PENDING; PaymentProcessed in every state but CANCELLED. Throws ImpossibleEvent where an event does not fit.
 */
export function evolveOrder(state: OrderState, event: OrderEvent): ExistingOrder {
  switch (event.type) {
    case 'OrderCreated':
      if (state.status !== 'NONE') throw new ImpossibleEvent(event.type, state.status)
      return created(event)
    case 'OrderItemAdded':
      if (state.status !== 'PENDING') throw new ImpossibleEvent(event.type, state.status)
      return itemAdded(state, event)
    case 'PaymentProcessed':
      if (state.status === 'NONE' || state.status === 'CANCELLED') throw new ImpossibleEvent(event.type, state.status)
      return paid(state, event)
    case 'OrderConfirmed':
      if (state.status !== 'PENDING') throw new ImpossibleEvent(event.type, state.status)
      return { ...state, status: 'CONFIRMED', confirmedAt: event.metadata.occurredAt }
    case 'OrderShipped':
      if (state.status !== 'CONFIRMED') throw new ImpossibleEvent(event.type, state.status)
      return {
        ...state,
        status: 'SHIPPED',
        shippedAt: event.metadata.occurredAt,
        trackingNumber: event.data.trackingNumber,
      }
    case 'OrderDelivered':
      if (state.status !== 'SHIPPED') throw new ImpossibleEvent(event.type, state.status)
      return { ...state, status: 'DELIVERED', deliveredAt: event.metadata.occurredAt }
    case 'OrderCancelled':
      if (state.status === 'NONE' || state.status === 'DELIVERED' || state.status === 'CANCELLED') {
        throw new ImpossibleEvent(event.type, state.status)
      }
      return cancelled(state, event)
    default:
      return unreachable(event)
  }
}

function created(event: OrderCreated): PendingOrder {
  const [first, ...others] = mergeLines(event.data.items)
  if (!first) throw new ImpossibleEvent(event.type, 'NONE', 'it names no item')
  const items = [first, ...others]
  const { currency } = first.unitPrice
  return {
    status: 'PENDING',
    customerId: event.data.customerId,
    items,
    total: sound(totalOf(items, currency), event, 'NONE'),
    paid: zero(currency),
    createdAt: event.metadata.occurredAt,
  }
}

function itemAdded(state: PendingOrder, event: OrderItemAdded): PendingOrder {
  const items = mergeLines([...state.items, event.data.item])
  return { ...state, items, total: sound(totalOf(items, state.total.currency), event, state.status) }
}

function paid<Payable extends ExistingOrder>(state: Payable, event: PaymentProcessed): Payable {
  return { ...state, paid: sound(add(state.paid, event.data.amount), event, state.status) }
}

function cancelled(state: PendingOrder | ConfirmedOrder | ShippedOrder, event: OrderCancelled): CancelledOrder {
  return {
    ...basicsOf(state),
    status: 'CANCELLED',
    cancelledAt: event.metadata.occurredAt,
    reason: event.data.reason,
    shippedAt: state.status === 'SHIPPED' ? state.shippedAt : null,
  }
}

/** Without the fields of a status that is over: a cancelled order has no tracking number to show. */
function basicsOf({ customerId, items, total, paid, createdAt }: OrderBasics): OrderBasics {
  return { customerId, items, total, paid, createdAt }
}

/** The decision refused amounts that do not add up; one in a stored event means that the stream is damaged. */
function sound(amount: Money | Refusal, event: OrderEvent, status: OrderState['status']): Money {
  if (isRefusal(amount)) throw new ImpossibleEvent(event.type, status, amount.message)
  return amount
}
