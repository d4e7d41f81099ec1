import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import {
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql'
import { CloseCode, handleProtocols, makeServer, type Server, type SubscribePayload } from 'graphql-ws'
import type { Logger } from 'pino'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { GatewayContext, OperationSource } from './context.js'
import { CallerError, RETRY_AFTER_MS, rateLimited } from './errors.js'
import type { ErrorFormatter } from './formatError.js'
import type { GatewayLimits } from './limits.js'
import type { OperationGate } from './operationGate.js'
import type { OperationMeasures } from './operationMeasures.js'
import { SocketSession } from './socketSession.js'
import { InvalidDocument, ValidatedDocuments } from './validatedDocuments.js'

export interface SocketParts {
  readonly schema: GraphQLSchema
  readonly gate: OperationGate
  readonly formatter: ErrorFormatter
  readonly measures: OperationMeasures
  readonly contextOf: (source: OperationSource) => GatewayContext
  readonly limits: GatewayLimits
  readonly logger: Logger
}

/** A peer that does not answer a ping until the next one is gone. */
const PING_INTERVAL_MS = 15_000

/** GraphQL over WebSockets (graphql-transport-ws), within the gateway's limits. */
export class Sockets {
  readonly #parts: SocketParts
  readonly #documents: ValidatedDocuments
  readonly #sessions = new Set<SocketSession>()
  readonly #webSockets: WebSocketServer
  readonly #protocol: Server<SocketSession>
  readonly #pings: NodeJS.Timeout
  #draining = false

  constructor(parts: SocketParts) {
    this.#parts = parts
    this.#documents = new ValidatedDocuments(parts.schema, parts.limits.operation.tokens)
    this.#webSockets = new WebSocketServer({
      noServer: true,
      maxPayload: parts.limits.maxMessageBytes,
      clientTracking: false,
      handleProtocols,
    })
    this.#protocol = makeServer<Record<string, unknown>, SocketSession>({
      execute: parts.measures.execute,
      subscribe: parts.measures.subscribe,
      onSubscribe: ({ extra }, _id, payload) => this.#prepare(extra, payload),
      onNext: (_ctx, _id, _payload, args, result) => {
        const { traceId } = args.contextValue as GatewayContext
        if (!result.errors) return undefined
        const errors = result.errors.map((error) => parts.formatter.format(error, traceId))
        return { ...result, errors } as FormattedExecutionResult
      },
      onError: (_ctx, _id, _payload, errors) => errors.map((error) => parts.formatter.format(error, undefined)),
    })
    this.#pings = setInterval(() => this.#pingAll(), PING_INTERVAL_MS).unref()
  }

  get open(): number {
    return this.#sessions.size
  }

  get full(): boolean {
    return this.open >= this.#parts.limits.maxSockets
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket))
  }

  /** Ends all subscriptions, takes no new operation, and closes each socket as soon as its last operation is done. */
  drain(): void {
    this.#draining = true
    clearInterval(this.#pings)
    for (const session of this.#sessions) session.drain()
  }

  terminate(): void {
    for (const session of this.#sessions) session.terminate()
  }

  #open(webSocket: WebSocket): void {
    const { limits, logger } = this.#parts
    const session = new SocketSession(webSocket, limits.maxBufferedBytes)
    this.#sessions.add(session)
    const closed = this.#protocol.opened(
      {
        protocol: webSocket.protocol,
        send: (text) => session.send(text),
        close: (code, reason) => webSocket.close(code, reason),
        onMessage: (receive) => webSocket.on('message', (data) => void this.#receive(session, data, receive)),
      },
      session,
    )
    // ws closes the socket itself, with 1009 for a message over the limit and 1002 for a broken frame.
    webSocket.once('error', (error) => logger.debug({ reason: error.message }, 'A socket broke the protocol'))
    webSocket.once('close', (code, reason) => {
      this.#sessions.delete(session)
      session.ended()
      closed(code, String(reason)).catch((error: unknown) =>
        logger.error({ error }, 'Closing a socket left something behind'),
      )
    })
    if (this.#draining) session.drain()
  }

  /** A message is under way until its operation is over: this is what "operations at once" counts. */
  async #receive(session: SocketSession, data: RawData, receive: (text: string) => Promise<void>): Promise<void> {
    await session.during(async () => {
      try {
        await receive(String(data))
      } catch (error) {
        const unexpected = error instanceof Error && error.message.startsWith('Unexpected message')
        if (!unexpected) this.#parts.logger.error({ error }, 'A socket message failed by a fault of ours')
        if (unexpected) session.close(CloseCode.BadRequest, 'Invalid message received')
        else session.close(CloseCode.InternalServerError, 'Internal server error')
      }
    })
  }

  /** What graphql-ws executes, or the errors instead. */
  async #prepare(session: SocketSession, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]> {
    try {
      if (this.#draining) throw draining()
      await this.#checkRoom(session)
      return this.#executable(session, payload)
    } catch (error) {
      if (error instanceof InvalidDocument) return error.errors
      if (error instanceof GraphQLError) return [error]
      throw error
    }
  }

  async #checkRoom(session: SocketSession): Promise<void> {
    const { maxOperationsPerSocket } = this.#parts.limits
    // A client that ends one operation and begins the next in one breath has kept the bound: the ending takes a turn.
    if (session.operations > maxOperationsPerSocket) await setImmediate()
    if (session.operations > maxOperationsPerSocket) {
      throw rateLimited(`Expected at most ${maxOperationsPerSocket} operations at once on one socket, found one more.`)
    }
  }

  #executable(session: SocketSession, { query, operationName, variables }: SubscribePayload): ExecutionArgs {
    const { schema, gate, contextOf } = this.#parts
    const document = this.#documents.get(query)
    const operation = getOperationAST(document, operationName)
    if (!operation)
      throw new CallerError(
        'OPERATION_RESOLUTION_FAILURE',
        'Expected operationName to name one operation of the document, found none or several.',
      )
    gate.check(document, operation, variables ?? {})
    return {
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: variables ?? null,
      rootValue: undefined,
      contextValue: contextOf(session.sourceOf(operation.operation)),
    }
  }

  #pingAll(): void {
    for (const session of this.#sessions) session.ping()
  }
}

function draining(): CallerError {
  return new CallerError('UNAVAILABLE', 'The server is about to stop; connect again.', {
    part: 'gateway',
    retryAfterMs: RETRY_AFTER_MS,
  })
}
