import type { Documents, ProjectionName } from '../../../contract/documents.js'

/** Says what the text is, so that what somebody else keeps under the key is not taken for a document. */
const HEADER = 'order-gateway '

/** How a document stands in Redis: `order-gateway orders@<period> {"id":...}`. */
export function toStoredText(projection: ProjectionName, document: Documents[ProjectionName], period: string): string {
  return `${headerOf(projection, period)}${JSON.stringify(document)}`
}

/** Undefined for a text that is no document of this projection and id, put in this period. */
export function fromStoredText<Name extends ProjectionName>(
  projection: Name,
  id: string,
  text: string,
  period: string,
): Documents[Name] | undefined {
  const header = headerOf(projection, period)
  if (!text.startsWith(header)) return undefined
  const document = parsed<Documents[Name]>(text.slice(header.length))
  return document?.id === id ? document : undefined
}

/** Whether it was put by us, whatever it is. */
export function isOurs(text: string): boolean {
  return text.startsWith(HEADER)
}

function headerOf(projection: ProjectionName, period: string): string {
  return `${HEADER}${projection}@${period} `
}

function parsed<Document>(json: string): Document | undefined {
  try {
    return JSON.parse(json) as Document
  } catch {
    // Cut off or edited by hand: counts as nothing, and the error would quote the text.
    return undefined
  }
}
