import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchWords } from '../../../src/contract/searchWords.js'
import { highlight } from '../../../src/read/highlight.js'

describe('highlight', () => {
  it.each([
    ['Zoë Müller', ['muller'], 'Zoë <em>Müller</em>'],
    ['Zoe\u0308 Quine', ['zoe'], '<em>Zoe\u0308</em> Quine'],
    [
      '<script>alert("tea")</script> & tea',
      ['tea'],
      '&lt;script&gt;alert(&quot;<em>tea</em>&quot;)&lt;/script&gt; &amp; <em>tea</em>',
    ],
    ["O'Brien", ['brien'], 'O&#39;<em>Brien</em>'],
    ['ﬁsh and ½ chips', ['fish', '2'], '<em>ﬁsh</em> and <em>½</em> chips'],
    ['ΟΔΟΣ', ['οδος'], '<em>ΟΔΟΣ</em>'],
    ['🦊 box', ['box'], '🦊 <em>box</em>'],
    ['nothing', ['something'], undefined],
    ['', [''], undefined],
  ])('marks in %j the words %j', (text, words, marked) => {
    expect(highlight(text, (word) => words.includes(word))).toBe(marked)
  })

  it('cuts words as search does, and changes nothing but the marks', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 1 }),
        fc.constantFrom('İ', 'ß', 'Σ', 'ﬁ', '½', '\u0301', ' ', '<', "'"),
      ),
    })
    fc.assert(
      fc.property(text, (original) => {
        const asked: string[] = []
        highlight(original, (word) => {
          asked.push(word)
          return false
        })
        expect([...new Set(asked)]).toEqual(searchWords(original))

        const marked = highlight(original, () => true)
        const bare = (marked ?? original)
          .replace(/<\/?em>/g, '')
          .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => CHARACTERS[name] ?? '')
        if (marked !== undefined) expect(bare).toBe(original)
      }),
      { numRuns: 500 },
    )
  })
})

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
