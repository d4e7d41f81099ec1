import { currencyDecimals } from './currencies.js'

/**
 * An exact amount: integer minor units (cents of USD, yen of JPY, fils of KWD) of one ISO 4217 currency. Never a float.
 */
export interface Money {
  readonly amountMinor: bigint
  readonly currency: string
}

/**
 * The largest amount there is, either way: 2^53 - 1 minor units (some 90 trillion USD). Any JSON parser reads it exactly, the ones of
 * other teams included, so amounts may cross processes as plain JSON numbers.
 */
export const MAX_AMOUNT_MINOR = 9_007_199_254_740_991n

export type MoneyFault = 'unknown-currency' | 'not-a-decimal' | 'too-many-decimals' | 'too-large'

/** Reads "19.90" USD into 1990 minor units. Nothing is rounded: more decimals than the currency has is a fault. */
export function parseMoney(amount: string, currency: string): Money | { readonly fault: MoneyFault } {
  const decimals = currencyDecimals(currency)
  if (decimals === undefined) return { fault: 'unknown-currency' }
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(amount)
  if (!match) return { fault: 'not-a-decimal' }
  const [, sign = '', whole = '', fraction = ''] = match
  if (fraction.length > decimals) return { fault: 'too-many-decimals' }
  const magnitude = BigInt(whole + fraction.padEnd(decimals, '0'))
  if (magnitude > MAX_AMOUNT_MINOR) return { fault: 'too-large' }
  return { amountMinor: sign === '-' ? -magnitude : magnitude, currency }
}

/** "19.90" for 1990 USD, "1500" for 1500 JPY, "1.500" for 1500 KWD: exactly the currency's decimals. */
export function formatAmount(money: Money): string {
  const decimals = currencyDecimals(money.currency) ?? 0
  const sign = money.amountMinor < 0n ? '-' : ''
  const digits = (money.amountMinor < 0n ? -money.amountMinor : money.amountMinor)
    .toString()
    .padStart(decimals + 1, '0')
  if (decimals === 0) return `${sign}${digits}`
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** "19.90 USD": an amount as it stands in a sentence. */
export function formatMoney(money: Money): string {
  return `${formatAmount(money)} ${money.currency}`
}

/** So many major units of a currency: 10 USD are 1000 minor units, 10 JPY are 10. */
export function majorUnits(count: bigint, currency: string): Money {
  return { amountMinor: count * 10n ** BigInt(currencyDecimals(currency) ?? 0), currency }
}
