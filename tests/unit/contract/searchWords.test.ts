import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, matchKind, searchWords } from '../../../src/contract/searchWords.js'

describe('searchWords', () => {
  it.each([
    ['CA-2014-152156', ['ca', '2014', '152156']],
    ['Café Zoë, São Paulo', ['cafe', 'zoe', 'sao', 'paulo']],
    ['ada.lovelace@example.com', ['ada', 'lovelace', 'example', 'com']],
    ['")(*:*', []],
    ['one two ONE', ['one', 'two']],
  ])('splits %j', (text, words) => {
    expect(searchWords(text)).toEqual(words)
  })
})

describe('editDistance', () => {
  it.each([
    ['chair', 'chair', 0],
    ['chair', 'chairs', 1],
    ['chair', 'hcair', 1],
    ['bookcase', 'bokcsae', 2],
    ['', 'abc', 3],
    ['ca', 'abc', 3],
  ])('%s and %s are %i apart', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
  })

  it('is symmetric, and zero for equal words alone', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b) === 0).toBe(a === b)
      }),
    )
  })
})

describe('matchKind', () => {
  it.each([
    ['cat', 'car', undefined],
    ['cats', 'cast', 'forgiven'],
    ['chair', 'chiar', 'forgiven'],
    ['chair', 'hciar', undefined],
    ['bookcase', 'bokcsae', 'forgiven'],
    ['chair', 'chair', 'exact'],
  ])('%s against %s', (word, term, kind) => {
    expect(matchKind(word, term)).toBe(kind)
  })
})
