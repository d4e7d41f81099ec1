import type { Pool } from 'pg'
import { allowedDistance, matchKind } from '../../contract/searchWords.js'
import { termPieces } from './termCandidates.js'
import type { TermTable } from './terms.js'
import { orUnavailable } from './translateErrors.js'

/** Sorts behind every text that begins with what it is appended to: terms hold letters and digits alone. */
const HIGHEST = '\u{10FFFF}'

/** What `levenshtein` takes at most, in bytes. */
const MAX_COMPARED_BYTES = 255

/**
 * Terms that have a piece of the word and may be as near as they must be. What travels here still has to be compared: PostgreSQL knows no
 * distance that counts an exchange of neighbours as one.
 *
 * The bound, for terms that only look alike (numbers counted up behind one prefix, of which there are as many as orders): a match has x
 * exchanges and s other errors, x + s at most `errors`. Levenshtein counts 2x + s for them, and s bounds the letters of the term that the
 * word has nowhere, and the difference of the lengths. So Levenshtein and either of these together are at most twice the errors.
 */
function candidates(table: TermTable): string {
  const fits = 'length(t.term) BETWEEN q.letters - q.errors AND q.letters + q.errors'
  const others = "greatest(length(translate(t.term, q.word, '')), abs(length(t.term) - q.letters))"
  const isNear = `
    CASE WHEN octet_length(q.word) > ${MAX_COMPARED_BYTES} OR octet_length(t.term) > ${MAX_COMPARED_BYTES} THEN true
         ELSE levenshtein_less_equal(t.term, q.word, 2 * q.errors - ${others}) <= 2 * q.errors - ${others} END`
  return `
    SELECT DISTINCT q.word, candidate.term
    FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[])
      AS q (word, letters, errors, beginning, ending, middle)
    CROSS JOIN LATERAL (
      SELECT t.term FROM read.${table} t
      WHERE t.term >= q.beginning AND t.term < q.beginning || '${HIGHEST}' AND ${fits} AND ${isNear}
      UNION ALL
      SELECT t.term FROM read.${table} t
      WHERE reverse(t.term) >= reverse(q.ending) AND reverse(t.term) < reverse(q.ending) || '${HIGHEST}' AND ${fits} AND ${isNear}
      UNION ALL
      SELECT t.term FROM read.${table} t
      WHERE ARRAY[substr(t.term, 3, 2), substr(t.term, 4, 2), substr(t.term, 5, 2)] @> ARRAY[q.middle]
        AND NOT starts_with(t.term, q.beginning) AND ${fits} AND ${isNear}
    ) AS candidate`
}

const COMPLETIONS = `
  SELECT q.word, t.term
  FROM unnest($1::text[]) AS q (word)
  JOIN read.product_terms t ON t.term >= q.word AND t.term < q.word || '${HIGHEST}'`

type TermsByWord = ReadonlyMap<string, ReadonlySet<string>>

/** The terms that each word matches, itself included whether anything has it or not. words: distinct. Throws StoreUnavailable. */
export async function matchingTerms(pool: Pool, table: TermTable, words: readonly string[]): Promise<TermsByWord> {
  const matching = new Map(words.map((word) => [word, new Set([word])]))
  const queries = words.flatMap((word) => {
    const pieces = termPieces(word)
    return pieces ? [{ word, ...pieces }] : []
  })
  if (queries.length === 0) return matching
  const { rows } = await orUnavailable(() =>
    pool.query<{ word: string; term: string }>({
      name: `candidates-of-${table}`,
      text: candidates(table),
      values: [
        queries.map(({ word }) => word),
        queries.map(({ word }) => [...word].length),
        queries.map(({ word }) => allowedDistance(word)),
        queries.map(({ beginning }) => beginning),
        queries.map(({ end }) => end),
        queries.map(({ middle }) => middle ?? null),
      ],
    }),
  )
  for (const { word, term } of rows) if (matchKind(word, term)) matching.get(word)?.add(term)
  return matching
}

/** As matchingTerms, and the terms of products that begin with a word. */
export async function matchingProductTerms(pool: Pool, words: readonly string[]): Promise<TermsByWord> {
  const matching = new Map<string, Set<string>>()
  for (const [word, terms] of await matchingTerms(pool, 'product_terms', words)) matching.set(word, new Set(terms))
  const { rows } = await orUnavailable(() =>
    pool.query<{ word: string; term: string }>({
      name: 'product-term-completions',
      text: COMPLETIONS,
      values: [words],
    }),
  )
  for (const { word, term } of rows) matching.get(word)?.add(term)
  return matching
}
