import type { OrderStatus, OrderTimelineDocument } from '../../src/contract/documents.js'
import { formatAmount, type Money } from '../../src/domain/money.js'
import type { OrderEvent } from '../../src/domain/order/events.js'
import { unreachable } from '../../src/domain/unreachable.js'
import { type EventFacts, type Projection, UnexpectedEvent } from './projection.js'

/** What happened to an order, one entry an event. The sentences hold no personal data, so that forgetting a customer leaves them alone. */
export const orderTimeline: Projection<'orderTimelines'> = (timeline, event, facts) => {
  const step = describe(event)
  const before = timelineBefore(timeline, event, facts)
  const status = step.status ?? before.status
  return {
    id: facts.id,
    version: facts.version,
    customerId: before.customerId,
    status,
    entries: [
      ...before.entries,
      {
        version: facts.version,
        type: event.type,
        summary: step.summary,
        previousStatus: timeline && step.status ? timeline.status : null,
        occurredAt: event.metadata.occurredAt,
        actor: facts.actor,
        traceId: facts.traceId,
      },
    ],
  }
}

function timelineBefore(
  timeline: OrderTimelineDocument | undefined,
  event: OrderEvent,
  facts: EventFacts,
): Pick<OrderTimelineDocument, 'customerId' | 'status' | 'entries'> {
  if (event.type === 'OrderCreated' && !timeline) {
    return { customerId: event.data.customerId, status: 'PENDING', entries: [] }
  }
  if (event.type === 'OrderCreated' || !timeline) throw new UnexpectedEvent('orderTimelines', event, facts)
  return timeline
}

interface Step {
  readonly summary: string
  /** Where the event changes it. */
  readonly status?: OrderStatus
}

function describe(event: OrderEvent): Step {
  switch (event.type) {
    case 'OrderCreated':
      return { summary: `Order created with ${counted(event.data.items.length, 'line')}`, status: 'PENDING' }
    case 'OrderItemAdded':
      return { summary: `Added ${event.data.item.quantity} × ${event.data.item.productName}` }
    case 'PaymentProcessed':
      return { summary: `Payment of ${written(event.data.amount)} received` }
    case 'OrderConfirmed':
      return { summary: 'Order confirmed', status: 'CONFIRMED' }
    case 'OrderShipped':
      return { summary: `Shipped with tracking number ${event.data.trackingNumber}`, status: 'SHIPPED' }
    case 'OrderDelivered':
      return { summary: 'Delivered', status: 'DELIVERED' }
    case 'OrderCancelled':
      // The reason is free text that may name a person: it stays in the order's own document.
      return { summary: 'Order cancelled', status: 'CANCELLED' }
    default:
      return unreachable(event)
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function written(money: Money): string {
  return `${formatAmount(money)} ${money.currency}`
}
