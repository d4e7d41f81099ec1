import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestListener,
  HeaderMap,
  type HTTPGraphQLResponse,
} from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import type { GraphQLError, GraphQLSchema } from 'graphql'
import type { Logger } from 'pino'
import type { GatewayContext, OperationSource } from './context.js'
import { CallerError } from './errors.js'
import type { ErrorFormatter } from './formatError.js'
import type { GatewayLimits } from './limits.js'
import type { OperationGate } from './operationGate.js'
import type { OperationMeasures } from './operationMeasures.js'
import { readJsonBody } from './requestBody.js'

export interface GraphqlOverHttpParts {
  readonly schema: GraphQLSchema
  readonly gate: OperationGate
  readonly formatter: ErrorFormatter
  readonly measures: OperationMeasures
  readonly contextOf: (source: OperationSource) => GatewayContext
  readonly limits: GatewayLimits
  readonly logger: Logger
}

/** The request headers that Apollo Server looks at; copying all of them costs more than the rest of the handling. */
const HEADERS = ['accept', 'content-type', 'x-apollo-operation-name', 'apollo-require-preflight'] as const

/** GraphQL by POST and GET, through Apollo Server. */
export class GraphqlOverHttp {
  readonly #apollo: ApolloServer<GatewayContext>
  readonly #parts: GraphqlOverHttpParts

  private constructor(apollo: ApolloServer<GatewayContext>, parts: GraphqlOverHttpParts) {
    this.#apollo = apollo
    this.#parts = parts
  }

  static async start(parts: GraphqlOverHttpParts): Promise<GraphqlOverHttp> {
    const { schema, formatter, limits, logger } = parts
    const traceIds = new WeakMap<object, string>()
    const apollo = new ApolloServer<GatewayContext>({
      schema,
      logger,
      // The API is public to everyone who reaches it, and clients are generated from it: nothing is gained by hiding it, so that
      // suggestions ("did you mean") stay on too.
      introspection: true,
      csrfPrevention: true,
      includeStacktraceInErrorResponses: false,
      persistedQueries: false,
      stopOnTerminationSignals: false,
      nodeEnv: '',
      parseOptions: { maxTokens: limits.operation.tokens },
      plugins: [
        gatePlugin(parts.gate, traceIds),
        parts.measures.plugin,
        // Ours is a page that needs no internet; see graphiqlPage.ts.
        ApolloServerPluginLandingPageDisabled(),
        // Works out an HTTP cache policy field by field; every answer here may change with the next event.
        ApolloServerPluginCacheControlDisabled(),
      ],
      formatError: (_formatted, error) => formatter.format(error, traceIdOf(error, traceIds)),
    })
    await apollo.start()
    return new GraphqlOverHttp(apollo, parts)
  }

  /** search: the query string with its question mark, or empty. Throws BadRequest. */
  async handle(request: IncomingMessage, response: ServerResponse, search: string): Promise<void> {
    const body = request.method === 'POST' ? await readJsonBody(request, this.#parts.limits.maxMessageBytes) : undefined
    const answer = await this.#apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method ?? 'GET', headers: headersOf(request), search, body },
      context: async () => this.#parts.contextOf(sourceOf(request, response)),
    })
    await write(answer, response)
  }

  async stop(): Promise<void> {
    await this.#apollo.stop()
  }
}

/** One listener for all requests: what differs between them comes in the arguments. */
function gatePlugin(gate: OperationGate, traceIds: WeakMap<object, string>): ApolloServerPlugin<GatewayContext> {
  const listener: GraphQLRequestListener<GatewayContext> = {
    didResolveOperation: async ({ document, operation, request }) => {
      // Which of several operations is meant is not known: execution says so.
      if (!operation) return
      if (operation.operation === 'subscription') throw subscriptionOverHttp()
      gate.check(document, operation, request.variables ?? {})
    },
    didEncounterErrors: async ({ errors, contextValue }) => {
      for (const error of errors) traceIds.set(error, contextValue.traceId)
    },
  }
  return { requestDidStart: async () => listener }
}

function subscriptionOverHttp(): CallerError {
  const message =
    'Expected a subscription to come over a WebSocket (graphql-transport-ws) on the same path, found HTTP.'
  return new CallerError('BAD_REQUEST', message, { http: { status: 400 } })
}

/** Apollo Server formats errors without their context, so the context leaves its trace id with the error. */
function traceIdOf(error: unknown, traceIds: WeakMap<object, string>): string | undefined {
  return typeof error === 'object' && error !== null ? traceIds.get(error as GraphQLError) : undefined
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap()
  for (const name of HEADERS) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  return headers
}

function sourceOf(request: IncomingMessage, response: ServerResponse): OperationSource {
  let abort: AbortController | undefined
  return {
    connection: request.socket,
    signal: () => {
      if (!abort) {
        const made = new AbortController()
        if (response.destroyed) made.abort()
        else response.once('close', () => made.abort())
        abort = made
      }
      return abort.signal
    },
  }
}

async function write({ status, headers, body }: HTTPGraphQLResponse, response: ServerResponse): Promise<void> {
  response.statusCode = status ?? 200
  for (const [name, value] of headers) response.setHeader(name, value)
  if (body.kind === 'complete') {
    response.end(body.string)
    return
  }
  for await (const chunk of body.asyncIterator) response.write(chunk)
  response.end()
}
