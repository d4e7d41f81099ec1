import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { listen } from '../health/listen.js'
import { type Readiness, respondWithReadiness } from '../health/probes.js'
import { type Instruments, NO_INSTRUMENTS } from '../telemetry/instruments.js'
import { METRICS } from '../telemetry/metricNames.js'
import { contextFactory, type GatewayParts } from './context.js'
import { ErrorFormatter } from './formatError.js'
import { GraphiqlPage } from './graphiqlPage.js'
import { GraphqlOverHttp } from './graphqlOverHttp.js'
import { DEFAULT_LIMITS, type GatewayLimits } from './limits.js'
import { isForLoopback } from './loopbackHost.js'
import { OperationGate } from './operationGate.js'
import { OperationMeasures } from './operationMeasures.js'
import { BadRequest } from './requestBody.js'
import { buildGatewaySchema } from './schema.js'
import { Sockets } from './sockets.js'
import { refuseUpgrade, upgradeFault } from './upgrades.js'

export interface GatewayOptions extends GatewayParts {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** What is left out is as in DEFAULT_LIMITS. */
  readonly limits?: Partial<GatewayLimits>
  readonly logger: Logger
  /** What this gateway needs to serve, and whether it is there; asked by /readyz. */
  readonly readiness: Readiness
  readonly instruments?: Instruments
}

export interface Gateway {
  /** Address of the API: http://host:port/graphql. */
  readonly url: string
  readonly port: number
  /** Refuses new work, ends subscriptions, lets requests finish for at most deadlineMs, closes. May be called again. */
  stop(deadlineMs: number): Promise<void>
}

const PATH = '/graphql'
/** Longer than the idle time of common load balancers, so that they close first and no request meets a closing connection. */
const KEEP_ALIVE_MS = 65_000
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const IDLE_CHECK_MS = 20

/** Balancers send nobody here any more. */
const stopping: Readiness = async () => [{ part: 'gateway', ok: false, state: 'stopping' }]

/** Starts the API on HTTP and WebSocket. Throws PortInUse. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { host, port, logger, readiness, instruments = NO_INSTRUMENTS } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const schema = buildGatewaySchema()
  const formatter = new ErrorFormatter(logger, limits.operation.tokens)
  const parts = {
    schema,
    gate: new OperationGate(schema, limits.operation),
    formatter,
    measures: new OperationMeasures(instruments, (error) => formatter.codeOf(error)),
    contextOf: contextFactory(options),
    limits,
    logger,
  }
  const graphql = await GraphqlOverHttp.start(parts)
  const sockets = new Sockets(parts)
  const stopObserving = instruments.observe([METRICS.socketsOpen], (tell) => tell(METRICS.socketsOpen, sockets.open))
  const page = new GraphiqlPage(PATH)
  let draining = false

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { path, search } = targetOf(request)
    if (path === '/healthz') return respond(response, 200, { status: 'alive' })
    if (path === '/readyz') return respondWithReadiness(response, draining ? stopping : readiness)
    if (path !== PATH) throw new BadRequest(404, `Expected ${PATH}, /healthz or /readyz, found another path.`)
    if (!isForLoopback(request)) {
      throw new BadRequest(
        403,
        'Expected a request to localhost, 127.0.0.1 or [::1], found another Host: there is no login yet.',
      )
    }
    if (draining) throw new BadRequest(503, 'The server is about to stop; ask again.')
    if (request.method !== 'GET' && request.method !== 'POST') {
      response.setHeader('allow', 'GET, POST')
      throw new BadRequest(405, 'Expected GET or POST, found another method.')
    }
    // Also with an operation in the address: the page keeps its own there.
    if (isBrowser(request)) return page.serve(request, response)
    return graphql.handle(request, response, search)
  }

  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  })
  server.on('request', (request, response) => {
    if (draining) response.setHeader('connection', 'close')
    route(request, response).catch((error: unknown) => answerFault(error, request, response, logger))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const fault = upgradeFault(request, PATH, draining || sockets.full)
    if (fault) refuseUpgrade(socket, fault)
    else sockets.accept(request, socket, head)
  })
  const bound = await listen(server, { host, port, variable: 'PORT' })

  const stop = async (deadlineMs: number): Promise<void> => {
    draining = true
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    sockets.drain()
    // A connection that is busy now is idle once its answer is out, and then waits for a next request that is not to come.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
    const deadline = setTimeout(() => {
      sockets.terminate()
      server.closeAllConnections()
    }, deadlineMs)
    await closed
    clearInterval(idle)
    clearTimeout(deadline)
    stopObserving()
    await graphql.stop()
  }
  let stopped: Promise<void> | undefined
  return {
    url: `${bound.origin}${PATH}`,
    port: bound.port,
    stop: (deadlineMs) => {
      stopped ??= stop(deadlineMs)
      return stopped
    },
  }
}

/** By hand and not by URL: a request line may hold anything, and has to be answered all the same. */
function targetOf(request: IncomingMessage): { readonly path: string; readonly search: string } {
  const target = request.url ?? '/'
  const queryAt = target.indexOf('?')
  return queryAt < 0 ? { path: target, search: '' } : { path: target.slice(0, queryAt), search: target.slice(queryAt) }
}

function isBrowser(request: IncomingMessage): boolean {
  return request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '')
}

/** Whatever went wrong before GraphQL answered, in the form of a GraphQL answer. */
function answerFault(error: unknown, request: IncomingMessage, response: ServerResponse, logger: Logger): void {
  const known = error instanceof BadRequest ? error : undefined
  if (!known && !request.destroyed) logger.error({ error }, 'A request failed by a fault of ours')
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  // The rest of a refused body is read and thrown away, as node does by itself: closing at once would reset the connection, and a caller
  // who is still sending would never see the answer. REQUEST_TIMEOUT_MS bounds it.
  const code = known ? (known.status === 503 ? 'UNAVAILABLE' : 'BAD_REQUEST') : 'INTERNAL_SERVER_ERROR'
  const details = known?.status === 503 ? { part: 'gateway', retryAfterMs: 1_000 } : {}
  respond(response, known?.status ?? 500, {
    errors: [{ message: known?.message ?? 'Internal server error', extensions: { ...details, code } }],
  })
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(body))
}
