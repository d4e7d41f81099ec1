import { createServer } from 'node:http'
import { type ListenAddress, listen } from './listen.js'
import { type Readiness, respondWithReadiness } from './probes.js'

export interface HealthServer {
  /** http://host:port */
  readonly url: string
  stop(): Promise<void>
}

/** Answers /healthz and /readyz for a process that serves nothing else. Throws PortInUse. */
export async function startHealthServer(
  options: ListenAddress & {
    /** Asked by each /readyz. */
    readonly readiness: Readiness
  },
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/readyz') return void respondWithReadiness(response, options.readiness)
    const isHealth = path === '/healthz'
    response.statusCode = isHealth ? 200 : 404
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.end(JSON.stringify(isHealth ? { status: 'alive' } : { error: 'Expected /healthz or /readyz.' }))
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
