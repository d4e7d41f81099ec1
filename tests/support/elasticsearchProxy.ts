import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ElasticsearchRequest {
  readonly method: string
  /** With its parameters. */
  readonly path: string
  readonly body: string
}

export interface ElasticsearchAnswer {
  readonly status: number
  /** JSON. */
  readonly body: string
}

/** Sends a request on to the server. */
export type Forward = (request: ElasticsearchRequest) => Promise<ElasticsearchAnswer>

/** What becomes of one request; 'cut' ends the connection without an answer. */
export type Meddle = (request: ElasticsearchRequest, forward: Forward) => Promise<ElasticsearchAnswer | 'cut'>

export interface ElasticsearchProxy {
  readonly url: string
  /** Forwards everything until it is replaced. */
  meddle: Meddle
  close(): Promise<void>
}

const NDJSON = 'application/vnd.elasticsearch+x-ndjson; compatible-with=9'
const JSON_TYPE = 'application/vnd.elasticsearch+json; compatible-with=9'

/** A way to Elasticsearch on which requests and answers can be changed. */
export async function startElasticsearchProxy(serverUrl: string): Promise<ElasticsearchProxy> {
  const forward: Forward = async ({ method, path, body }) => {
    const answer = await fetch(new URL(path, serverUrl), {
      method,
      headers: { accept: JSON_TYPE, ...(body ? { 'content-type': path.includes('/_bulk') ? NDJSON : JSON_TYPE } : {}) },
      ...(body ? { body } : {}),
    })
    return { status: answer.status, body: await answer.text() }
  }
  const server = createServer((incoming, outgoing) => {
    const answered = async () => {
      const request = { method: incoming.method ?? '', path: incoming.url ?? '', body: await textOf(incoming) }
      const answer = await proxy.meddle(request, forward)
      if (answer === 'cut') return outgoing.destroy()
      return outgoing
        .writeHead(answer.status, { 'content-type': JSON_TYPE, 'x-elastic-product': 'Elasticsearch' })
        .end(answer.body)
    }
    answered().catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : undefined))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: ElasticsearchProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meddle: (request, send) => send(request),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
