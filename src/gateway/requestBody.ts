import type { IncomingMessage } from 'node:http'

/** A request that is refused before GraphQL sees it. `status` is the HTTP status; the message is for the caller. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  constructor(
    readonly status: 400 | 403 | 404 | 405 | 413 | 415 | 503,
    message: string,
  ) {
    super(message)
  }
}

/** Reads and parses a JSON body of at most `maxBytes`. Throws BadRequest: 413, 415, 400. */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json' || request.headers['content-encoding'] !== undefined) {
    throw new BadRequest(415, 'Expected a body of content-type application/json without content-encoding.')
  }
  const text = (await readBytes(request, maxBytes)).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    throw new BadRequest(400, 'Expected the body to be JSON, found something else.')
  }
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  // Before anything is read: a caller that waits with "Expect: 100-continue" need not send what would be refused.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) reject(tooLarge(maxBytes))
      else chunks.push(chunk)
    })
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.once('error', reject)
  })
}

function tooLarge(maxBytes: number): BadRequest {
  return new BadRequest(413, `Expected a body of at most ${maxBytes} bytes, found a larger one.`)
}
