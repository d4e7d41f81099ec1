/** Whether PostgreSQL can hold the text: no zero character, no half of a surrogate pair. Nothing stored equals one that it can't. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
