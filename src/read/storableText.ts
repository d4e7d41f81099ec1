/**
 * Whether a store can hold the text: no zero character, which PostgreSQL has none of, no half of a surrogate pair, which UTF-8 has none of.
 * Nothing stored equals one that it can't.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
