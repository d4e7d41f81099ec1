import type { DocumentWrite } from '../documentStore.js'
import { toSource } from './orderSource.js'
import { toProductSource } from './productSource.js'

/** A zero character or half of a surrogate pair, as JSON.stringify writes them. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

/**
 * What the index holds of a document, as JSON. Undefined where the document has a text that PostgreSQL could not store: what one profile parks
 * the other must not show.
 */
export function sourceText(write: DocumentWrite): string | undefined {
  const text = JSON.stringify(sourceOf(write))
  return text.includes('\\u') && UNSTORABLE.test(text) ? undefined : text
}

function sourceOf(write: DocumentWrite): object {
  switch (write.projection) {
    case 'orders':
      return toSource(write.document)
    case 'products':
      return toProductSource(write.document)
    case 'orderTimelines':
    case 'customers':
      return { document: write.document }
  }
}
