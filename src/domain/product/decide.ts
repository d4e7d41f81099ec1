import { accept, isRefusal } from '../decision.js'
import type { Decision, Refusal } from '../message.js'
import { unreachable } from '../unreachable.js'
import type { AddProduct, ChangeProductPrice, ProductCommand, StockChange, UpdateInventory } from './commands.js'
import type { ProductEvent } from './events.js'
import {
  insufficientStock,
  MAX_ON_HAND,
  negativePrice,
  priceInAnotherCurrency,
  productAlreadyExists,
  stockOutOfRange,
  unknownProduct,
} from './refusals.js'
import type { ProductState } from './state.js'

/** What a command to a product of the catalogue leads to. A product's currency never changes: orders of it would fall apart. */
export function decideProduct(command: ProductCommand, state: ProductState): Decision<ProductEvent> {
  switch (command.type) {
    case 'AddProduct':
      return addProduct(command, state)
    case 'ChangeProductPrice':
      return changePrice(command, state)
    case 'UpdateInventory':
      return updateInventory(command, state)
    default:
      return unreachable(command)
  }
}

function addProduct({ data, metadata }: AddProduct, state: ProductState): Decision<ProductEvent> {
  const { sku, name, category, unitPrice, onHand } = data
  if (state.status !== 'NONE') return productAlreadyExists(sku)
  // Free products may exist: samples, spare parts under warranty.
  if (unitPrice.amountMinor < 0n) return negativePrice(unitPrice)
  if (!isStock(onHand)) return stockOutOfRange(onHand, 'onHand')
  return accept({ type: 'ProductAdded', data: { name, category, unitPrice, onHand }, metadata })
}

function changePrice({ data, metadata }: ChangeProductPrice, state: ProductState): Decision<ProductEvent> {
  const { sku, unitPrice } = data
  if (state.status === 'NONE') return unknownProduct(sku)
  if (unitPrice.currency !== state.unitPrice.currency)
    return priceInAnotherCurrency(state.unitPrice.currency, unitPrice)
  if (unitPrice.amountMinor < 0n) return negativePrice(unitPrice)
  return accept({ type: 'ProductPriceChanged', data: { name: state.name, unitPrice }, metadata })
}

function updateInventory({ data, metadata }: UpdateInventory, state: ProductState): Decision<ProductEvent> {
  if (state.status === 'NONE') return unknownProduct(data.sku)
  const changed = changeStock(state.onHand, data.change)
  if (isRefusal(changed)) return changed
  return accept({ type: 'InventoryUpdated', data: { ...changed, reason: data.reason }, metadata })
}

function changeStock(
  before: number,
  change: StockChange,
): { readonly onHand: number; readonly delta: number } | Refusal {
  if ('setOnHand' in change) {
    const { setOnHand } = change
    return isStock(setOnHand)
      ? { onHand: setOnHand, delta: setOnHand - before }
      : stockOutOfRange(setOnHand, 'setOnHand')
  }
  const { adjustBy } = change
  const onHand = before + adjustBy
  if (Number.isInteger(adjustBy) && onHand < 0) return insufficientStock(before, adjustBy)
  return isStock(onHand) ? { onHand, delta: adjustBy } : stockOutOfRange(onHand, 'adjustBy')
}

function isStock(pieces: number): boolean {
  return Number.isInteger(pieces) && pieces >= 0 && pieces <= MAX_ON_HAND
}
