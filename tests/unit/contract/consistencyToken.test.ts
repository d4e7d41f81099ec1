import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConsistencyTokens, InvalidToken } from '../../../src/contract/consistencyToken.js'
import { SignedText } from '../../../src/contract/signedText.js'

const proof = { streamId: 'order-42', version: 3, recordedAt: 1_772_357_400_250 }

describe('ConsistencyTokens', () => {
  it('reads back what it issued, whatever the id', () => {
    const tokens = new ConsistencyTokens(['secret'], 'installation')
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }),
        fc.integer({ min: 1 }),
        (id, version) => {
          expect(tokens.read(tokens.issue({ streamId: `order-${id}`, version }))).toEqual({
            streamId: `order-${id}`,
            version,
          })
        },
      ),
    )
  })

  it('refuses a token with any one bit changed', () => {
    const tokens = new ConsistencyTokens(['secret'], 'installation')
    const token = tokens.issue(proof)
    for (let bit = 0; bit < token.length * 8; bit++) {
      const bytes = Buffer.from(token, 'latin1')
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => tokens.read(bytes.toString('latin1')), `bit ${bit}`).toThrow(InvalidToken)
    }
  })

  it('refuses a token of another secret, another installation, or another purpose', () => {
    const token = new ConsistencyTokens(['secret'], 'installation').issue(proof)
    expect(() => new ConsistencyTokens(['other'], 'installation').read(token)).toThrow(InvalidToken)
    expect(() => new ConsistencyTokens(['secret'], 'elsewhere').read(token)).toThrow(InvalidToken)
    expect(new SignedText(['secret'], 'cursor').verify(token)).toBeUndefined()
  })

  it('reads tokens of earlier releases, which do not say when the write was recorded', () => {
    const { streamId, version } = proof
    const token = new ConsistencyTokens(['secret'], 'installation').issue({ streamId, version })
    expect(new ConsistencyTokens(['secret'], 'installation').read(token)).toEqual({ streamId, version })
  })

  it('goes on reading tokens of a secret that was replaced, as long as it is listed', () => {
    const token = new ConsistencyTokens(['old'], 'installation').issue(proof)
    expect(new ConsistencyTokens(['new', 'old'], 'installation').read(token)).toEqual(proof)
  })
})
