import { allowedDistance } from '../../../contract/searchWords.js'
import type { Query } from './searchedIndex.js'

/**
 * The clauses of search, on the field `terms`: the folded words of a document, each a keyword, never analyzed.
 *
 * Forgiven are the errors that Lucene's automata accept at `fuzziness` with transpositions from the first letter on, counted in code points:
 * the distance of `editDistance` exactly. Rewritten as `constant_score` and not as is usual for fuzzy queries, which keep the 50 nearest
 * terms and lose the rest: of numbers that look like the one asked for there are more.
 */

/** The order has the word itself. */
export function hasWord(word: string): Query {
  return { term: { terms: word } }
}

/** The document has a word that is meant by this one. */
export function meansWord(word: string): Query {
  const fuzziness = allowedDistance(word)
  if (fuzziness === 0) return hasWord(word)
  return {
    fuzzy: { terms: { value: word, fuzziness, transpositions: true, prefix_length: 0, rewrite: 'constant_score' } },
  }
}

/** As meansWord, or a word that begins with this one. */
export function meansOrBeginsWord(word: string): Query {
  return { bool: { should: [{ prefix: { terms: { value: word, rewrite: 'constant_score' } } }, meansWord(word)] } }
}
