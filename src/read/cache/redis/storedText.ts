import type { Documents, ProjectionName } from '../../../contract/documents.js'

/** Says what the text is, so that what somebody else keeps under the key is not taken for a document. */
const HEADER = 'order-gateway '

/** How a document stands in Redis: `order-gateway orders {"id":...}`. */
export function toStoredText(projection: ProjectionName, document: Documents[ProjectionName]): string {
  return `${HEADER}${projection} ${JSON.stringify(document)}`
}

/** Undefined for a text that is no document of this projection and id. */
export function fromStoredText<Name extends ProjectionName>(
  projection: Name,
  id: string,
  text: string,
): Documents[Name] | undefined {
  const header = `${HEADER}${projection} `
  if (!text.startsWith(header)) return undefined
  const document = parsed<Documents[Name]>(text.slice(header.length))
  return document?.id === id ? document : undefined
}

function parsed<Document>(json: string): Document | undefined {
  try {
    return JSON.parse(json) as Document
  } catch {
    // Cut off or edited by hand: counts as nothing, and the error would quote the text.
    return undefined
  }
}
