import { allowedDistance } from '../../contract/searchWords.js'

/**
 * Which terms can be meant by a word with typing errors: a few pieces of the word, of which every match has at least one unharmed.
 *
 * The pieces of a word have a letter between them, so that no single error can touch two of them: not even an exchange of neighbours, which
 * spans two letters. With k errors and k + 1 pieces one piece stays as it is.
 *
 *   1 error    n = 4..7   [0 h) . (h n)          h = half of n
 *   2 errors   n = 8..    [0 2) . [3 5) . (5 n)
 *
 * - The first piece unharmed, and no error before it: the term begins with it.
 * - The last piece unharmed, and no error behind it: the term ends with it.
 * - The middle piece alone unharmed: then one error lies before it and one behind. One error moves what follows it by one letter at most,
 *   so that the term has the piece one place before, at, or one place behind where the word has it.
 *
 * Where an error puts a letter in at the very beginning or end of the word, the first or last piece counts as touched.
 * Hence the terms that begin, end or go on in the middle like this hold every match; the distance itself is computed afterwards. Trigram
 * similarity would do for few words: of four letters with two exchanged, one trigram in five is left. And pg_trgm sees the letters of the
 * database's locale alone.
 */
export interface TermPieces {
  readonly beginning: string
  readonly end: string
  /** Of two letters, from the fourth letter of the word on; undefined where one error is forgiven. */
  readonly middle?: string
}

/** Undefined for a word that has to be met exactly. */
export function termPieces(word: string): TermPieces | undefined {
  const letters = [...word]
  const piece = (from: number, to?: number) => letters.slice(from, to).join('')
  switch (allowedDistance(word)) {
    case 0:
      return undefined
    case 1: {
      const half = Math.floor(letters.length / 2)
      return { beginning: piece(0, half), end: piece(half + 1) }
    }
    case 2:
      return { beginning: piece(0, 2), middle: piece(3, 5), end: piece(6) }
  }
}
