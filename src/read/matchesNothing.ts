import type { OrderFilter } from './orderQueries.js'
import { isStorableText } from './storableText.js'

/** Whether a filter can be known to match nothing without asking the store. */
export function matchesNothing({ status, customerId, currency, sku }: OrderFilter): boolean {
  const texts = [customerId, currency, sku].filter((text) => text !== undefined)
  return status?.length === 0 || !texts.every(isStorableText)
}
