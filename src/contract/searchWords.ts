import type { OrderDocument, ProductDocument } from './documents.js'

/**
 * The words of a text as search sees them: accents folded (NFKD, marks dropped), lower case, split at everything that is neither a letter
 * nor a digit. Distinct, in order. Done here and not by a store's analyzer, so that both read stores find the same.
 */
export function searchWords(text: string): string[] {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return [...new Set(folded.match(/[\p{L}\p{N}]+/gu) ?? [])]
}

/** The texts of an order that search looks into. */
export function orderSearchTexts(order: OrderDocument): string[] {
  const texts = [
    order.id,
    order.customerName,
    order.customerEmail,
    ...order.items.flatMap((item) => [item.productName, item.sku]),
    order.trackingNumber,
    order.shippingAddress?.city,
  ]
  return texts.filter((text) => text !== null && text !== undefined)
}

/** The distinct words of an order. */
export function orderTerms(order: OrderDocument): string[] {
  return searchWords(orderSearchTexts(order).join(' '))
}

/** The distinct words of a product. */
export function productTerms({ id, name, category }: ProductDocument): string[] {
  return searchWords([id, name, category ?? ''].join(' '))
}

/** How many typing errors are forgiven: none up to 3 letters, 1 for 4 to 7, 2 for 8 and more. */
export function allowedDistance(word: string): 0 | 1 | 2 {
  const letters = [...word].length
  return letters <= 3 ? 0 : letters <= 7 ? 1 : 2
}

/** Whether a word of a query matches a term, and how. */
export function matchKind(word: string, term: string): 'exact' | 'forgiven' | undefined {
  if (word === term) return 'exact'
  const allowed = allowedDistance(word)
  if (allowed === 0 || Math.abs([...word].length - [...term].length) > allowed) return undefined
  return editDistance(word, term) <= allowed ? 'forgiven' : undefined
}

/**
 * Optimal string alignment: insertions, deletions, substitutions, and exchanges of two neighbouring letters, each counting one; what
 * Lucene's fuzzy automata accept. Written here because the well-kept packages compute plain Levenshtein, where an exchange counts two.
 */
export function editDistance(a: string, b: string): number {
  const source = [...a]
  const target = [...b]
  let beforeLast: number[] = []
  let last = Array.from({ length: target.length + 1 }, (_, column) => column)
  for (const [index, letter] of source.entries()) {
    const row = index + 1
    const current = [row]
    for (let column = 1; column <= target.length; column++) {
      const substitution = letter === target[column - 1] ? 0 : 1
      let distance = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + substitution)
      if (row > 1 && column > 1 && letter === target[column - 2] && source[row - 2] === target[column - 1]) {
        distance = Math.min(distance, at(beforeLast, column - 2) + 1)
      }
      current.push(distance)
    }
    beforeLast = last
    last = current
  }
  return at(last, target.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
