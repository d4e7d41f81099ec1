import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

/**
 * GraphiQL whole: script, style and workers are in the page, which therefore works without internet. It asks only the server it came
 * from, which the policy makes sure of.
 */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; style-src 'unsafe-inline'; font-src data:; img-src data: blob:; worker-src blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'"

interface CompressedPage {
  readonly gzipped: Buffer
  readonly etag: string
}

/** The page of 9 MB, kept compressed. Made when a browser first asks for it: most gateways never see one. */
export class GraphiqlPage {
  readonly #endpoint: string
  #page: Promise<CompressedPage> | undefined

  /** endpoint: path of the API on this server. */
  constructor(endpoint: string) {
    this.#endpoint = endpoint
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#page ??= compress(this.#endpoint)
    const { gzipped, etag } = await this.#page
    response.setHeader('etag', etag)
    response.setHeader('vary', 'accept, accept-encoding')
    response.setHeader('cache-control', 'no-cache')
    if (request.headers['if-none-match'] === etag) {
      response.statusCode = 304
      response.end()
      return
    }
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY)
    const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    if (takesGzip) response.setHeader('content-encoding', 'gzip')
    response.end(takesGzip ? gzipped : await promisify(gunzip)(gzipped))
  }
}

async function compress(endpoint: string): Promise<CompressedPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const html = renderGraphiQL({ endpoint, subscriptionsProtocol: 'WS', title: 'Order gateway' })
  const gzipped = await promisify(gzip)(html)
  return { gzipped, etag: `"${createHash('sha256').update(gzipped).digest('base64url').slice(0, 24)}"` }
}
