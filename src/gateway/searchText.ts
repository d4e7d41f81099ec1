import { searchWords } from '../contract/searchWords.js'
import { badUserInput } from './errors.js'

const MAX_CHARACTERS = 200

/** The words that a caller searches for. Throws BAD_USER_INPUT for a text without any, and for one that is too long to be meant. */
export function wordsOf(query: string): readonly string[] {
  if (query.length > MAX_CHARACTERS) {
    throw badUserInput(`Expected query to have at most ${MAX_CHARACTERS} characters, found ${query.length}.`)
  }
  const words = searchWords(query)
  if (words.length === 0)
    throw badUserInput('Expected query to hold at least one letter or digit to search for, found none.')
  return words
}
