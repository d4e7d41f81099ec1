import type { ApolloServerPlugin } from '@apollo/server'
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  getOperationAST,
  type OperationDefinitionNode,
  subscribe,
} from 'graphql'
import { ATTRIBUTES } from '../telemetry/attributeNames.js'
import type { Instruments } from '../telemetry/instruments.js'
import { METRICS } from '../telemetry/metricNames.js'
import type { GatewayContext } from './context.js'
import { endTold } from './endTold.js'
import { rootFieldOf } from './rootField.js'

/**
 * Measures operations, whichever transport they came by: how long queries and mutations take, and how many subscriptions are open. They are told
 * apart by their field of the schema: the name that a client gives to an operation may be anything.
 */
export class OperationMeasures {
  readonly #record: (startedAt: number, attributes: Record<string, string>, error: string | undefined) => void
  readonly #subscriptions
  readonly #codeOf: (error: unknown) => string

  /** codeOf: of an error that is not formatted yet. */
  constructor(instruments: Instruments, codeOf: (error: unknown) => string) {
    const duration = instruments.histogram(METRICS.operationDuration)
    this.#record = (startedAt, attributes, error) =>
      duration.record((performance.now() - startedAt) / 1_000, {
        ...attributes,
        ...(error !== undefined && { [ATTRIBUTES.errorType]: error }),
      })
    this.#subscriptions = instruments.upDownCounter(METRICS.subscriptionsActive)
    this.#codeOf = codeOf
  }

  /** For Apollo Server. */
  get plugin(): ApolloServerPlugin<GatewayContext> {
    return {
      requestDidStart: async () => {
        const startedAt = performance.now()
        return {
          willSendResponse: async ({ document, operation, response: { body } }) => {
            const [error] = body.kind === 'single' ? (body.singleResult.errors ?? []) : []
            this.#record(startedAt, attributesOf(document, operation), error && String(error.extensions?.code))
          },
        }
      },
    }
  }

  /** For a socket, instead of graphql's own. */
  readonly execute = async (args: ExecutionArgs): Promise<ExecutionResult> => {
    const startedAt = performance.now()
    const result = await execute(args)
    const [error] = result.errors ?? []
    this.#record(startedAt, attributesOfArgs(args), error && this.#codeOf(error))
    return result
  }

  readonly subscribe = async (args: ExecutionArgs): Promise<AsyncGenerator<ExecutionResult> | ExecutionResult> => {
    const stream = await subscribe(args)
    if (!(Symbol.asyncIterator in stream)) return stream
    const field = { [ATTRIBUTES.field]: rootFieldOf(args.document, operationOf(args)) }
    this.#subscriptions.add(1, field)
    return endTold(stream, () => this.#subscriptions.add(-1, field))
  }
}

function attributesOfArgs(args: ExecutionArgs): Record<string, string> {
  return attributesOf(args.document, operationOf(args))
}

function operationOf({ document, operationName }: ExecutionArgs): OperationDefinitionNode | undefined {
  return getOperationAST(document, operationName) ?? undefined
}

/** Of what could not be read as an operation there is nothing to tell but its error. */
function attributesOf(
  document: DocumentNode | undefined,
  operation: OperationDefinitionNode | undefined,
): Record<string, string> {
  if (!document || !operation) return { [ATTRIBUTES.field]: 'none' }
  return { [ATTRIBUTES.operationType]: operation.operation, [ATTRIBUTES.field]: rootFieldOf(document, operation) }
}
