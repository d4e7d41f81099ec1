import { accept, isRefusal } from '../decision.js'
import type { Decision } from '../message.js'
import { unreachable } from '../unreachable.js'
import type {
  AddOrderItem,
  CancelOrder,
  ConfirmOrder,
  DeliverOrder,
  OrderCommand,
  RecordPayment,
  ShipOrder,
} from './commands.js'
import { createOrder } from './createOrder.js'
import type { OrderEvent } from './events.js'
import { mergeLines, totalOf } from './lines.js'
import {
  alreadyCancelled,
  cannotCancelDelivered,
  MAX_LINES,
  MAX_QUANTITY,
  mergedQuantityTooLarge,
  orderNotFound,
  overpayment,
  paymentInAnotherCurrency,
  paymentNotPositive,
  productInAnotherCurrency,
  tooManyLines,
  wrongState,
} from './refusals.js'
import { checkQuantity, priceLine } from './requestedLines.js'
import type { ExistingOrder, OrderState } from './state.js'

/** What a command to an order leads to. The order's existence and state are looked at first, then the input, in its own order. */
export function decideOrder(command: OrderCommand, state: OrderState): Decision<OrderEvent> {
  if (command.type === 'CreateOrder') return createOrder(command, state)
  if (state.status === 'NONE') return orderNotFound(command.data.orderId)
  switch (command.type) {
    case 'AddOrderItem':
      return addItem(command, state)
    case 'RecordPayment':
      return recordPayment(command, state)
    case 'ConfirmOrder':
      return confirm(command, state)
    case 'ShipOrder':
      return ship(command, state)
    case 'DeliverOrder':
      return deliver(command, state)
    case 'CancelOrder':
      return cancel(command, state)
    default:
      return unreachable(command)
  }
}

const ITEM = ['item']

function addItem({ data, metadata }: AddOrderItem, state: ExistingOrder): Decision<OrderEvent> {
  if (state.status !== 'PENDING') return wrongState('ORDER_NOT_PENDING', data.orderId, state.status)
  const faulty = checkQuantity(data.item, ITEM)
  if (faulty) return faulty
  const item = priceLine(data.item, data.facts.catalogue, ITEM)
  if (isRefusal(item)) return item
  if (item.unitPrice.currency !== state.total.currency) {
    return productInAnotherCurrency(item.sku, state.total.currency, item.unitPrice.currency, ITEM)
  }
  const merged = mergeLines([...state.items, item])
  if (merged.length > MAX_LINES) return tooManyLines(merged.length, ITEM)
  const tooMany = merged.find((line) => line.quantity > MAX_QUANTITY)
  if (tooMany) return mergedQuantityTooLarge(tooMany.sku, tooMany.quantity, ITEM)
  const total = totalOf(merged, state.total.currency)
  if (isRefusal(total)) return { ...total, field: ITEM }
  return accept({ type: 'OrderItemAdded', data: { item }, metadata })
}

function recordPayment({ data, metadata }: RecordPayment, state: ExistingOrder): Decision<OrderEvent> {
  const { amount, reference } = data
  if (state.status === 'CANCELLED') return alreadyCancelled(data.orderId, state.cancelledAt)
  if (amount.currency !== state.total.currency) return paymentInAnotherCurrency(state.total.currency, amount)
  if (amount.amountMinor <= 0n) return paymentNotPositive(amount)
  const open = { amountMinor: state.total.amountMinor - state.paid.amountMinor, currency: state.total.currency }
  if (amount.amountMinor > open.amountMinor) return overpayment(open, amount)
  return accept({ type: 'PaymentProcessed', data: { amount, reference }, metadata })
}

/** Needs no payment: shops deliver on account. */
function confirm({ data, metadata }: ConfirmOrder, state: ExistingOrder): Decision<OrderEvent> {
  if (state.status !== 'PENDING') return wrongState('ORDER_NOT_PENDING', data.orderId, state.status)
  return accept({ type: 'OrderConfirmed', data: {}, metadata })
}

function ship({ data, metadata }: ShipOrder, state: ExistingOrder): Decision<OrderEvent> {
  if (state.status !== 'CONFIRMED') return wrongState('ORDER_NOT_CONFIRMED', data.orderId, state.status)
  return accept({ type: 'OrderShipped', data: { trackingNumber: data.trackingNumber }, metadata })
}

function deliver({ data, metadata }: DeliverOrder, state: ExistingOrder): Decision<OrderEvent> {
  if (state.status !== 'SHIPPED') return wrongState('ORDER_NOT_SHIPPED', data.orderId, state.status)
  return accept({ type: 'OrderDelivered', data: {}, metadata })
}

function cancel({ data, metadata }: CancelOrder, state: ExistingOrder): Decision<OrderEvent> {
  if (state.status === 'DELIVERED') return cannotCancelDelivered(data.orderId, state.deliveredAt)
  if (state.status === 'CANCELLED') return alreadyCancelled(data.orderId, state.cancelledAt)
  return accept({ type: 'OrderCancelled', data: { reason: data.reason }, metadata })
}
