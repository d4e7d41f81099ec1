import { isRefusal } from '../decision.js'
import type { Refusal } from '../message.js'
import type { Money } from '../money.js'
import { multiply, sum } from '../moneyArithmetic.js'
import type { OrderLine } from './events.js'

/**
 * Lines with the same sku and the same price as one line with the summed quantity, at the place and with the name of the first.
 *
 * The same sku at two prices stays two lines: each was bought at its own. Quantities are summed without a limit; the decision sets it.
 */
export function mergeLines(lines: readonly OrderLine[]): readonly OrderLine[] {
  const merged = new Map<string, OrderLine>()
  for (const line of lines) {
    const key = `${line.unitPrice.currency} ${line.unitPrice.amountMinor} ${line.sku}`
    const earlier = merged.get(key)
    merged.set(key, earlier ? { ...earlier, quantity: earlier.quantity + line.quantity } : line)
  }
  return [...merged.values()]
}

/** Unit price times quantity. Refuses INVALID_INPUT beyond MAX_AMOUNT_MINOR. */
export function lineTotal(line: OrderLine): Money | Refusal {
  return multiply(line.unitPrice, line.quantity)
}

/** What all lines cost together. Refuses CURRENCY_MISMATCH where one is priced in another currency, INVALID_INPUT as `lineTotal` does. */
export function totalOf(lines: readonly OrderLine[], currency: string): Money | Refusal {
  const totals: Money[] = []
  for (const line of lines) {
    const total = lineTotal(line)
    if (isRefusal(total)) return total
    totals.push(total)
  }
  return sum(totals, currency)
}
