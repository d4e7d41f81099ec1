import { isRefusal, refuse } from './decision.js'
import type { Refusal } from './message.js'
import { formatMoney, MAX_AMOUNT_MINOR, type Money } from './money.js'

/** Nothing, in a currency: where sums begin. */
export function zero(currency: string): Money {
  return { amountMinor: 0n, currency }
}

/** a + b. Refuses CURRENCY_MISMATCH where the currencies differ, INVALID_INPUT where the sum is beyond MAX_AMOUNT_MINOR. */
export function add(a: Money, b: Money): Money | Refusal {
  if (a.currency !== b.currency) {
    return refuse(
      'CURRENCY_MISMATCH',
      `Expected amounts in one currency, found ${a.currency} and ${b.currency}: use products of one currency, and pay in it.`,
    )
  }
  return bounded({ amountMinor: a.amountMinor + b.amountMinor, currency: a.currency })
}

/** The price of so many. `quantity`: a safe integer. Refuses INVALID_INPUT where the product is beyond MAX_AMOUNT_MINOR. */
export function multiply(unitPrice: Money, quantity: number): Money | Refusal {
  return bounded({ amountMinor: unitPrice.amountMinor * BigInt(quantity), currency: unitPrice.currency })
}

/** The sum of all, zero of `currency` when there are none. Refuses as `add` does, at the first amount that does not fit. */
export function sum(amounts: readonly Money[], currency: string): Money | Refusal {
  let total = zero(currency)
  for (const amount of amounts) {
    const next = add(total, amount)
    if (isRefusal(next)) return next
    total = next
  }
  return total
}

function bounded(money: Money): Money | Refusal {
  const magnitude = money.amountMinor < 0n ? -money.amountMinor : money.amountMinor
  if (magnitude <= MAX_AMOUNT_MINOR) return money
  const limit = formatMoney({ amountMinor: MAX_AMOUNT_MINOR, currency: money.currency })
  return refuse(
    'INVALID_INPUT',
    `Expected an amount of at most ${limit}, found ${formatMoney(money)}: order less, or in parts.`,
  )
}
