import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { type DocumentNode, type ExecutionResult, type FormattedExecutionResult, print } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

type Operation<Result, Variables> = TypedDocumentNode<Result, Variables> | string
/** Variables may be left out where the operation has none, or is a text of which nothing is known. */
type Given<Variables> = unknown extends Variables
  ? [variables?: Readonly<Record<string, unknown>>]
  : [Variables] extends [Record<string, never>]
    ? [variables?: Variables]
    : [variables: Variables]

/** An app's view of the service: queries and commands over HTTP, subscriptions over one socket. */
export interface Client {
  /** The data alone; an answer with errors is thrown as OperationFailed. */
  request<Result, Variables>(operation: Operation<Result, Variables>, ...given: Given<Variables>): Promise<Result>
  /** The answer as it came, errors included. */
  execute<Result, Variables>(
    operation: Operation<Result, Variables>,
    ...given: Given<Variables>
  ): Promise<FormattedExecutionResult<Result>>
  /** Begins at once; leaving the loop ends it on the server. Errors of the operation come as its last item. */
  subscribe<Result, Variables>(
    operation: Operation<Result, Variables>,
    ...given: Given<Variables>
  ): AsyncIterableIterator<ExecutionResult<Result>>
  close(): Promise<void>
}

/** The errors of a GraphQL answer, with their codes in the message. */
export class OperationFailed extends Error {
  override readonly name = 'OperationFailed'
  constructor(readonly errors: NonNullable<FormattedExecutionResult['errors']>) {
    super(errors.map(({ message, extensions }) => `${String(extensions?.code)}: ${message}`).join('\n'))
  }
}

/** url: of the API over HTTP; the socket is opened on the same address when the first subscription needs it. */
export function connectClient(url: string): Client {
  const sockets = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 })
  const execute: Client['execute'] = async (operation, ...[variables]) => {
    const { body } = await postOperation(url, { query: textOf(operation), variables })
    return body as never
  }
  return {
    execute,
    request: async (operation, ...given) => {
      const { data, errors } = await execute(operation, ...given)
      if (errors) throw new OperationFailed(errors)
      return data as never
    },
    subscribe: (operation, ...[variables]) =>
      withErrorsAsItem(
        sockets.iterate({ query: textOf(operation), variables: variables as Record<string, unknown> }),
      ) as never,
    close: async () => sockets.dispose(),
  }
}

type Results = ReturnType<ReturnType<typeof createClient>['iterate']>

/** graphql-ws throws the errors of a refused operation: here they are an answer like any other. */
function withErrorsAsItem(results: Results): Results {
  const items: Results = {
    next: () =>
      results.next().catch((thrown: unknown) => {
        if (!Array.isArray(thrown)) throw thrown
        return { done: false, value: { errors: thrown } }
      }),
    return: async () => (await results.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]: () => items,
  }
  return items
}

/** One POST, with everything of the answer that a test may look at. */
export async function postOperation(
  url: string,
  request: { readonly query: string; readonly variables?: unknown; readonly operationName?: string },
): Promise<{ readonly status: number; readonly body: FormattedExecutionResult<Record<string, unknown>> }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  return { status: response.status, body: (await response.json()) as FormattedExecutionResult<Record<string, unknown>> }
}

function textOf(operation: DocumentNode | string): string {
  return typeof operation === 'string' ? operation : print(operation)
}
