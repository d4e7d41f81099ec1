/**
 * A text with <em> around every word that `matches`, and everything else escaped for HTML; undefined where no word does.
 *
 * matches: asked for each word in the form that searchWords gives it (folded, lower case). Words are cut here exactly as there, but with the
 * place that each has in the text.
 */
export function highlight(text: string, matches: (word: string) => boolean): string | undefined {
  let highlighted = ''
  let done = 0
  for (const { word, from, to } of wordsWithPlaces(text)) {
    // Two words may share a character, such as the digits of "½"; what is marked once stays so.
    if (from < done || !matches(word)) continue
    highlighted += `${escapeHtml(text.slice(done, from))}<em>${escapeHtml(text.slice(from, to))}</em>`
    done = to
  }
  return done === 0 ? undefined : highlighted + escapeHtml(text.slice(done))
}

interface PlacedWord {
  readonly word: string
  /** In UTF-16 units of the original text. */
  readonly from: number
  readonly to: number
}

/** Folding changes lengths ("é" may be one character or two, "ﬁ" becomes two), so each folded unit remembers the character it came from. */
function wordsWithPlaces(text: string): readonly PlacedWord[] {
  let folded = ''
  const starts: number[] = []
  const ends: number[] = []
  let at = 0
  for (const character of text) {
    const from = at
    at += character.length
    const bare = character.normalize('NFKD').replace(/\p{M}/gu, '')
    // A mark belongs to the letter before it.
    if (bare === '' && ends.length > 0) ends[ends.length - 1] = at
    for (let unit = 0; unit < bare.length; unit++) {
      starts.push(from)
      ends.push(at)
    }
    folded += bare
  }
  // As a whole and not letter by letter: the Greek sigma has a small form of its own at the end of a word.
  return [...folded.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)].map(({ 0: word, index }) => ({
    word,
    from: starts[index] ?? 0,
    to: ends[index + word.length - 1] ?? text.length,
  }))
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}
