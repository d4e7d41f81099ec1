import { unreachable } from '../../src/domain/unreachable.js'
import { type Projection, UnexpectedEvent } from './projection.js'

/** The product as the catalogue shows it. */
export const product: Projection<'products'> = (document, event, facts) => {
  const updatedAt = event.metadata.occurredAt
  const { version } = facts
  if (event.type === 'ProductAdded') {
    if (document) throw new UnexpectedEvent('products', event, facts)
    const { name, category, unitPrice, onHand } = event.data
    return {
      id: facts.id,
      version,
      name,
      category,
      currency: unitPrice.currency,
      unitPriceMinor: Number(unitPrice.amountMinor),
      onHand,
      updatedAt,
    }
  }
  if (!document) throw new UnexpectedEvent('products', event, facts)
  switch (event.type) {
    case 'ProductPriceChanged': {
      const { name, unitPrice } = event.data
      const { currency } = unitPrice
      return { ...document, version, name, currency, unitPriceMinor: Number(unitPrice.amountMinor), updatedAt }
    }
    case 'InventoryUpdated':
      return { ...document, version, onHand: event.data.onHand, updatedAt }
    default:
      return unreachable(event)
  }
}
