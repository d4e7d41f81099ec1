import { formatAmount, MAX_AMOUNT_MINOR, parseMoney } from '../domain/money.js'

/** "19.90" for 1990 minor units of USD: documents hold amounts as integers, people read them with exactly the currency's decimals. */
export function formatMinor(amountMinor: number | bigint, currency: string): string {
  return formatAmount({ amountMinor: BigInt(amountMinor), currency })
}

/** Minor units of a decimal text in a currency, or a phrase that says what is wrong with it: "expected ..., found ...". */
export function parseMinor(amount: string, currency: string): number | { readonly fault: string } {
  const parsed = parseMoney(amount, currency)
  if (!('fault' in parsed)) return Number(parsed.amountMinor)
  switch (parsed.fault) {
    case 'unknown-currency':
      return { fault: `expected an ISO 4217 currency, found ${JSON.stringify(currency.slice(0, 10))}` }
    case 'too-many-decimals':
      return { fault: `expected no more decimals than ${currency} has, found "${amount.slice(0, 40)}"` }
    case 'not-a-decimal':
      return { fault: 'expected a decimal number such as "19.90"' }
    case 'too-large':
      return { fault: `expected at most ${formatMinor(MAX_AMOUNT_MINOR, currency)}` }
  }
}
