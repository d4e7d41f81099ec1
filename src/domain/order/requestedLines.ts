import type { Refusal } from '../message.js'
import { unknownProduct } from '../product/refusals.js'
import type { OrderFacts, RequestedLine } from './commands.js'
import type { OrderLine } from './events.js'
import { invalidQuantity, MAX_QUANTITY } from './refusals.js'

/** INVALID_QUANTITY, or undefined where the quantity is fine. `path`: where the line stands in the input. */
export function checkQuantity({ quantity }: RequestedLine, path: readonly string[]): Refusal | undefined {
  if (Number.isInteger(quantity) && quantity >= 1 && quantity <= MAX_QUANTITY) return undefined
  return invalidQuantity(quantity, path)
}

/** A requested line at the catalogue's name and price. Refuses UNKNOWN_PRODUCT. */
export function priceLine(
  requested: RequestedLine,
  catalogue: OrderFacts['catalogue'],
  path: readonly string[],
): OrderLine | Refusal {
  const { sku, quantity } = requested
  const product = catalogue.get(sku)
  if (!product) return unknownProduct(sku, [...path, 'sku'])
  return { sku, productName: product.name, unitPrice: product.unitPrice, quantity }
}
