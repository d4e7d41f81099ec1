import { refuse } from '../decision.js'
import type { Refusal } from '../message.js'
import { formatMoney, type Money } from '../money.js'

/** The highest stock a product can have: GraphQL's Int ends here. */
export const MAX_ON_HAND = 2_147_483_647

/** `field`: where the sku stands in the input, ['sku'] of a command to the product itself. */
export function unknownProduct(sku: string, field: readonly string[] = ['sku']): Refusal {
  return refuse(
    'UNKNOWN_PRODUCT',
    `Expected a product of the catalogue, found none with sku "${sku}": add it first, or name another.`,
    field,
  )
}

export function productAlreadyExists(sku: string): Refusal {
  return refuse(
    'PRODUCT_ALREADY_EXISTS',
    `Expected a new sku, found that "${sku}" is in the catalogue: use another sku, or change the price or the stock of this one.`,
    ['sku'],
  )
}

export function negativePrice(price: Money): Refusal {
  return refuse(
    'INVALID_INPUT',
    `Expected a price of zero or more, found ${formatMoney(price)}: give the price without its sign.`,
    ['unitPrice', 'amount'],
  )
}

export function priceInAnotherCurrency(expected: string, found: Money): Refusal {
  return refuse(
    'CURRENCY_MISMATCH',
    `Expected a price in ${expected}, the currency of this product, found ${formatMoney(found)}: add a product of its own for another currency.`,
    ['unitPrice', 'currency'],
  )
}

export function stockOutOfRange(found: number, field: string): Refusal {
  return refuse(
    'INVALID_INPUT',
    `Expected a stock from 0 to ${MAX_ON_HAND} in whole pieces, found ${found}: correct ${field}.`,
    [field],
  )
}

export function insufficientStock(onHand: number, adjustBy: number): Refusal {
  return refuse(
    'INSUFFICIENT_STOCK',
    `Expected at least ${-adjustBy} on hand to take away, found ${onHand}: take away less, or set the counted stock.`,
    ['adjustBy'],
  )
}
