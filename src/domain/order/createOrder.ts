import { customerForgotten, unknownCustomer } from '../customer/refusals.js'
import { accept, isRefusal } from '../decision.js'
import type { Decision, Refusal } from '../message.js'
import { majorUnits } from '../money.js'
import { unreachable } from '../unreachable.js'
import type { CreateOrder, OrderFacts, RequestedLine } from './commands.js'
import type { OrderCreated, OrderLine } from './events.js'
import { mergeLines, totalOf } from './lines.js'
import {
  belowMinimumAmount,
  emptyOrder,
  MAX_LINES,
  MAX_QUANTITY,
  mergedQuantityTooLarge,
  orderAlreadyExists,
  productInAnotherCurrency,
  tooManyLines,
} from './refusals.js'
import { checkQuantity, priceLine } from './requestedLines.js'
import type { OrderState } from './state.js'

/** The least an order must come to, in major units of its currency. */
const MINIMUM_MAJOR_UNITS = 10n

type Lines = readonly [OrderLine, ...OrderLine[]]

/**
 * A new order at the catalogue's prices. What the caller can see to be wrong (the lines as written) is refused before what only we know
 * (customers, products, prices). Stock is not looked at: it is settled when the goods are picked.
 */
export function createOrder({ data, metadata }: CreateOrder, state: OrderState): Decision<OrderCreated> {
  const { orderId, customerId, shippingAddress, facts } = data
  if (state.status !== 'NONE') return orderAlreadyExists(orderId)
  const faulty = checkRequestedLines(data.items) ?? checkCustomer(customerId, facts.customer)
  if (faulty) return faulty
  const items = orderedLines(data.items, facts.catalogue)
  if (isRefusal(items)) return items
  const total = totalOf(items, items[0].unitPrice.currency)
  if (isRefusal(total)) return { ...total, field: ['items'] }
  const minimum = majorUnits(MINIMUM_MAJOR_UNITS, total.currency)
  if (total.amountMinor < minimum.amountMinor) return belowMinimumAmount(minimum, total)
  return accept({ type: 'OrderCreated', data: { customerId, items, shippingAddress }, metadata })
}

function checkRequestedLines(requested: readonly RequestedLine[]): Refusal | undefined {
  if (requested.length === 0) return emptyOrder()
  if (requested.length > MAX_LINES) return tooManyLines(requested.length, ['items'])
  for (const [index, line] of requested.entries()) {
    const faulty = checkQuantity(line, pathOf(index))
    if (faulty) return faulty
  }
  return undefined
}

function checkCustomer(customerId: string, customer: OrderFacts['customer']): Refusal | undefined {
  switch (customer) {
    case 'registered':
      return undefined
    case 'unknown':
      return unknownCustomer(customerId)
    case 'forgotten':
      return customerForgotten(customerId)
    default:
      return unreachable(customer)
  }
}

/** The lines as they will stand in the order: priced, in one currency, merged. */
function orderedLines(requested: readonly RequestedLine[], catalogue: OrderFacts['catalogue']): Lines | Refusal {
  const priced: OrderLine[] = []
  for (const [index, each] of requested.entries()) {
    const path = pathOf(index)
    const line = priceLine(each, catalogue, path)
    if (isRefusal(line)) return line
    const currency = priced[0]?.unitPrice.currency ?? line.unitPrice.currency
    if (line.unitPrice.currency !== currency)
      return productInAnotherCurrency(line.sku, currency, line.unitPrice.currency, path)
    priced.push(line)
  }
  const [first, ...others] = mergeLines(priced)
  if (!first) return emptyOrder()
  const lines: Lines = [first, ...others]
  const tooMany = lines.find((line) => line.quantity > MAX_QUANTITY)
  if (!tooMany) return lines
  // One catalogue, one price: all requested lines of a sku have become this one. The last of them is the one that is too many.
  const last = priced.findLastIndex((line) => line.sku === tooMany.sku)
  return mergedQuantityTooLarge(tooMany.sku, tooMany.quantity, pathOf(last))
}

function pathOf(index: number): readonly string[] {
  return ['items', String(index)]
}
