import { refuse } from '../decision.js'
import type { Refusal, RefusalCode } from '../message.js'
import { formatMoney, type Money } from '../money.js'
import type { OrderStatus } from './state.js'

/**
 * The most lines of an order, and of the input that makes one. It bounds the largest event: with the longest skus and names there are, one of so many
 * lines takes 0.7 of the megabyte that Kafka takes of a message (tests/unit/contract/largestEvent.test.ts).
 */
export const MAX_LINES = 500
/** The most pieces on one line, also after lines were merged. */
export const MAX_QUANTITY = 1_000_000

const ORDER_ID = ['orderId']

export function orderNotFound(orderId: string): Refusal {
  return refuse(
    'ORDER_NOT_FOUND',
    `Expected an order, found none with id "${orderId}": check the id, or create the order first.`,
    ORDER_ID,
  )
}

export function orderAlreadyExists(orderId: string): Refusal {
  return refuse(
    'ORDER_ALREADY_EXISTS',
    `Expected a new order id, found that "${orderId}" is taken: use another id, or leave it out to get one.`,
    ORDER_ID,
  )
}

export function emptyOrder(): Refusal {
  return refuse('EMPTY_ORDER', 'Expected at least one item, found none: name what is ordered.', ['items'])
}

export function tooManyLines(found: number, field: readonly string[]): Refusal {
  return refuse(
    'INVALID_INPUT',
    `Expected an order of at most ${MAX_LINES} lines, found ${found}: order in parts.`,
    field,
  )
}

/** `line`: path of the line in the input. */
export function invalidQuantity(found: number, line: readonly string[]): Refusal {
  return refuse(
    'INVALID_QUANTITY',
    `Expected a whole quantity from 1 to ${MAX_QUANTITY}, found ${found}: correct it.`,
    [...line, 'quantity'],
  )
}

export function mergedQuantityTooLarge(sku: string, found: number, line: readonly string[]): Refusal {
  return refuse(
    'INVALID_QUANTITY',
    `Expected at most ${MAX_QUANTITY} of "${sku}" at one price in an order, found ${found} in all its lines together: order fewer.`,
    [...line, 'quantity'],
  )
}

export function belowMinimumAmount(minimum: Money, found: Money): Refusal {
  return refuse(
    'BELOW_MINIMUM_AMOUNT',
    `Expected an order of at least ${formatMoney(minimum)}, found ${formatMoney(found)}: order more.`,
    ['items'],
  )
}

export function productInAnotherCurrency(
  sku: string,
  expected: string,
  found: string,
  line: readonly string[],
): Refusal {
  return refuse(
    'CURRENCY_MISMATCH',
    `Expected products priced in ${expected}, as the rest of the order is, found "${sku}" in ${found}: order it separately.`,
    [...line, 'sku'],
  )
}

const NEEDED_STATE = {
  ORDER_NOT_PENDING: {
    status: 'PENDING',
    advice: 'items are added, and orders confirmed, before that; create another order',
  },
  ORDER_NOT_CONFIRMED: { status: 'CONFIRMED', advice: 'an order is shipped once, after it was confirmed' },
  ORDER_NOT_SHIPPED: { status: 'SHIPPED', advice: 'an order is delivered once, after it was shipped' },
} as const satisfies Partial<Record<RefusalCode, { status: OrderStatus; advice: string }>>

/** The refusal names the state that the command needs, whatever state was found instead, cancelled too. */
export function wrongState(code: keyof typeof NEEDED_STATE, orderId: string, found: OrderStatus): Refusal {
  const { status, advice } = NEEDED_STATE[code]
  return refuse(code, `Expected order "${orderId}" to be ${status}, found ${found}: ${advice}.`, ORDER_ID)
}

export function cannotCancelDelivered(orderId: string, deliveredAt: string): Refusal {
  return refuse(
    'CANNOT_CANCEL_DELIVERED_ORDER',
    `Expected an order that is still under way, found that "${orderId}" was delivered at ${deliveredAt}: it cannot be cancelled any more.`,
    ORDER_ID,
  )
}

export function alreadyCancelled(orderId: string, cancelledAt: string): Refusal {
  return refuse(
    'ALREADY_CANCELLED',
    `Expected an order that stands, found that "${orderId}" was cancelled at ${cancelledAt}: create another order.`,
    ORDER_ID,
  )
}

export function paymentInAnotherCurrency(expected: string, found: Money): Refusal {
  return refuse(
    'CURRENCY_MISMATCH',
    `Expected a payment in ${expected}, the currency of the order, found ${formatMoney(found)}: pay in ${expected}.`,
    ['amount', 'currency'],
  )
}

export function paymentNotPositive(found: Money): Refusal {
  return refuse(
    'INVALID_INPUT',
    `Expected a payment greater than zero, found ${formatMoney(found)}: give what was paid.`,
    ['amount', 'amount'],
  )
}

export function overpayment(open: Money, found: Money): Refusal {
  return refuse(
    'OVERPAYMENT',
    `Expected at most ${formatMoney(open)}, which is still to pay, found ${formatMoney(found)}: pay that or less.`,
    ['amount', 'amount'],
  )
}
