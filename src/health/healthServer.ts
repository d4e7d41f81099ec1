import { createServer, type ServerResponse } from 'node:http'
import { type ListenAddress, listen } from './listen.js'
import { type Readiness, respondWithReadiness } from './probes.js'

export interface HealthServer {
  /** http://host:port */
  readonly url: string
  stop(): Promise<void>
}

/** Answers /healthz, /readyz and /metrics, apart from whatever else the process serves. Throws PortInUse. */
export async function startHealthServer(
  options: ListenAddress & {
    /** Asked by each /readyz. */
    readonly readiness: Readiness
    /** Prometheus's text; asked by each /metrics. */
    readonly metricsText?: (() => Promise<string>) | undefined
  },
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/readyz') return void respondWithReadiness(response, options.readiness)
    if (path === '/metrics' && options.metricsText) return void respondWithMetrics(response, options.metricsText)
    const isHealth = path === '/healthz'
    response.statusCode = isHealth ? 200 : 404
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.end(JSON.stringify(isHealth ? { status: 'alive' } : { error: 'Expected /metrics, /healthz or /readyz.' }))
  })
  const { origin } = await listen(server, options)
  return {
    url: origin,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function respondWithMetrics(response: ServerResponse, metricsText: () => Promise<string>): Promise<void> {
  try {
    const text = await metricsText()
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    response.end(text)
  } catch {
    // The process is about to end, and nothing is counted any more.
    response.statusCode = 503
    response.end()
  }
}
