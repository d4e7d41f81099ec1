import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountParts, exactSum } from '../../../src/read/elasticsearch/queries/exactSums.js'

const anyAmount = fc.oneof(
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(0, 1, 2 ** 26 - 1, 2 ** 26, Number.MAX_SAFE_INTEGER),
)

describe('amounts in two parts', () => {
  it('sum up exactly when each part is added in doubles', () => {
    fc.assert(
      fc.property(fc.array(anyAmount, { maxLength: 200 }), (amounts) => {
        const parts = amounts.map(amountParts)
        const high = parts.reduce((sum, part) => sum + part.high, 0)
        const low = parts.reduce((sum, part) => sum + part.low, 0)
        expect(exactSum({ high: { value: high }, low: { value: low } })).toBe(
          amounts.reduce((sum, amount) => sum + BigInt(amount), 0n),
        )
      }),
    )
  })

  it('stay within the bounds that keep 67 million of them exact', () => {
    fc.assert(
      fc.property(anyAmount, (amount) => {
        const { high, low } = amountParts(amount)
        expect(Number.isSafeInteger(high * 2 ** 26)).toBe(true)
        expect(low * 2 ** 26).toBeLessThan(2 ** 53)
        expect(high * 2 ** 26 + low).toBe(amount)
      }),
    )
  })
})
