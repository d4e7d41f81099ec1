import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { currencyDecimals } from '../../../src/domain/currencies.js'
import {
  formatAmount,
  formatMoney,
  MAX_AMOUNT_MINOR,
  type MoneyFault,
  majorUnits,
  parseMoney,
} from '../../../src/domain/money.js'
import { add, multiply, sum, zero } from '../../../src/domain/moneyArithmetic.js'

const money = (amountMinor: bigint, currency = 'USD') => ({ amountMinor, currency })
const refusal = (code: string) => expect.objectContaining({ kind: 'refusal', code })

const amount = fc.bigInt({ min: -MAX_AMOUNT_MINOR, max: MAX_AMOUNT_MINOR })
const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD')

describe('an amount is read and written exactly', () => {
  it.each([
    ['19.90', 'USD', 1990n, '19.90'],
    ['19.9', 'USD', 1990n, '19.90'],
    ['0', 'USD', 0n, '0.00'],
    ['0.05', 'USD', 5n, '0.05'],
    ['-0.05', 'USD', -5n, '-0.05'],
    ['0019', 'USD', 1900n, '19.00'],
    ['1500', 'JPY', 1500n, '1500'],
    ['1.5', 'KWD', 1500n, '1.500'],
    ['90071992547409.91', 'USD', MAX_AMOUNT_MINOR, '90071992547409.91'],
  ])('%s %s', (text, code, amountMinor, written) => {
    const parsed = parseMoney(text, code)
    expect(parsed).toEqual(money(amountMinor, code))
    expect(formatAmount(money(amountMinor, code))).toBe(written)
  })

  it.each<[string, string, MoneyFault]>([
    ['1', 'XXX', 'unknown-currency'],
    ['1', 'usd', 'unknown-currency'],
    ['1e3', 'USD', 'not-a-decimal'],
    [' 1', 'USD', 'not-a-decimal'],
    ['1\n', 'USD', 'not-a-decimal'],
    ['+5', 'USD', 'not-a-decimal'],
    ['.5', 'USD', 'not-a-decimal'],
    ['5.', 'USD', 'not-a-decimal'],
    ['١', 'USD', 'not-a-decimal'],
    ['', 'USD', 'not-a-decimal'],
    ['0.001', 'USD', 'too-many-decimals'],
    ['1.0', 'JPY', 'too-many-decimals'],
    ['1.0000', 'KWD', 'too-many-decimals'],
    ['90071992547409.92', 'USD', 'too-large'],
  ])('%j %s is %s', (text, code, fault) => {
    expect(parseMoney(text, code)).toEqual({ fault })
  })

  it('what was written reads back the same, in any currency', () => {
    fc.assert(
      fc.property(amount, currency, (amountMinor, code) => {
        expect(parseMoney(formatAmount(money(amountMinor, code)), code)).toEqual(money(amountMinor, code))
      }),
    )
  })

  it("has exactly the currency's decimals", () => {
    fc.assert(
      fc.property(amount, currency, (amountMinor, code) => {
        const [, decimals = ''] = formatAmount(money(amountMinor, code)).split('.')
        expect(decimals).toHaveLength(currencyDecimals(code) ?? Number.NaN)
      }),
    )
  })

  it('crosses as a JSON number without loss', () => {
    fc.assert(
      fc.property(amount, (amountMinor) => {
        expect(BigInt(JSON.parse(JSON.stringify(Number(amountMinor))))).toBe(amountMinor)
      }),
    )
  })
})

describe('arithmetic', () => {
  it('adds, multiplies and sums exactly', () => {
    expect(add(money(1n), money(2n))).toEqual(money(3n))
    expect(multiply(money(1990n), 3)).toEqual(money(5970n))
    expect(sum([money(1n), money(2n), money(3n)], 'USD')).toEqual(money(6n))
    expect(sum([], 'JPY')).toEqual(zero('JPY'))
  })

  it('refuses to add two currencies', () => {
    expect(add(money(1n), money(1n, 'EUR'))).toEqual(refusal('CURRENCY_MISMATCH'))
    expect(sum([money(1n), money(1n, 'EUR')], 'USD')).toEqual(refusal('CURRENCY_MISMATCH'))
    expect(sum([money(1n)], 'EUR')).toEqual(refusal('CURRENCY_MISMATCH'))
  })

  it('refuses what is beyond the largest amount, either way', () => {
    expect(add(money(MAX_AMOUNT_MINOR - 1n), money(1n))).toEqual(money(MAX_AMOUNT_MINOR))
    expect(add(money(MAX_AMOUNT_MINOR), money(1n))).toEqual(refusal('INVALID_INPUT'))
    expect(add(money(-MAX_AMOUNT_MINOR), money(-1n))).toEqual(refusal('INVALID_INPUT'))
    expect(multiply(money(MAX_AMOUNT_MINOR), 2)).toEqual(refusal('INVALID_INPUT'))
    expect(sum([money(MAX_AMOUNT_MINOR), money(1n)], 'USD')).toEqual(refusal('INVALID_INPUT'))
  })

  it('multiplying is adding so many times', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -1_000_000n, max: 1_000_000n }), fc.nat(50), (amountMinor, quantity) => {
        const price = money(amountMinor)
        expect(multiply(price, quantity)).toEqual(sum(Array(quantity).fill(price), 'USD'))
      }),
    )
  })
})

it('knows how many minor units make a major one', () => {
  expect(majorUnits(10n, 'USD')).toEqual(money(1_000n))
  expect(majorUnits(10n, 'JPY')).toEqual(money(10n, 'JPY'))
  expect(majorUnits(10n, 'KWD')).toEqual(money(10_000n, 'KWD'))
})

it('stands in a sentence with its currency', () => {
  expect(formatMoney(money(1990n))).toBe('19.90 USD')
})

it('knows the currencies of ISO 4217, and no funds, metals or test codes', () => {
  expect(['USD', 'EUR', 'JPY', 'KWD', 'CLP', 'TND'].map(currencyDecimals)).toEqual([2, 2, 0, 3, 0, 3])
  expect(['XXX', 'XAU', 'XTS', 'CLF', 'eur', '', 'constructor'].map(currencyDecimals)).toEqual(Array(7).fill(undefined))
})
