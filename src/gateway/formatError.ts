import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql'
import type { Logger } from 'pino'
import { type ErrorCode, RETRY_AFTER_MS } from './errors.js'

/** What a caller is told about an error of one of our parts, by the error's name. */
interface PublicFace {
  readonly code: ErrorCode
  /** Undefined: the error's own message, which was written for the caller. */
  readonly message?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * By name and not by class: the gateway takes only types of the write side, so that it can be started without it.
 */
const PUBLIC_FACES: Readonly<Record<string, PublicFace>> = {
  LogUnavailable: {
    code: 'UNAVAILABLE',
    message: 'The event log cannot be reached just now; send the same command again, with the same commandId.',
    details: { part: 'event log', retryAfterMs: RETRY_AFTER_MS },
  },
  StoreUnavailable: {
    code: 'UNAVAILABLE',
    message: 'The read store cannot be reached just now; ask again.',
    details: { part: 'read store', retryAfterMs: RETRY_AFTER_MS },
  },
  TooManyWaiters: {
    code: 'RATE_LIMITED',
    message: 'Too many waits at once; let some end first.',
    details: { retryAfterMs: RETRY_AFTER_MS },
  },
  ResumeExpired: {
    code: 'RESUME_EXPIRED',
    message: 'The cursor is older than what is kept; load the list again and subscribe without since.',
  },
  InvalidSince: {
    code: 'BAD_USER_INPUT',
    message: 'Expected since to be a cursor of ordersChanged, unchanged; found another text.',
  },
  InvalidSortKey: {
    code: 'BAD_USER_INPUT',
    message: 'Expected a cursor of this very list, in the same order; found a cursor of another list.',
  },
  InvalidToken: { code: 'INVALID_TOKEN' },
}

const TOKEN_LIMIT = /^Syntax Error: Document contains more that \d+ tokens/

/** What graphql says where comparing the fields of one selection with each other would take too long. */
const TOO_MUCH_TO_VALIDATE = 'Validation aborted.'

/** Kinds of nodes that an error about a wrong value points at. Those about the document itself point at fields, fragments, operations. */
const VALUE_KINDS: ReadonlySet<string> = new Set([Kind.INT, Kind.FLOAT, Kind.STRING, Kind.BOOLEAN, Kind.VARIABLE])

/**
 * The one place where an error becomes an answer, for HTTP and sockets alike. Cannot throw.
 *
 * Only what was written for callers goes out as it is; of anything else they get INTERNAL_SERVER_ERROR and the trace id, and the log gets
 * the error itself.
 */
export class ErrorFormatter {
  readonly #logger: Logger
  readonly #maxTokens: number

  constructor(logger: Logger, maxTokens: number) {
    this.#logger = logger
    this.#maxTokens = maxTokens
  }

  /** traceId: of the operation, absent where none had begun. */
  format(error: unknown, traceId: string | undefined): GraphQLFormattedError {
    const located = error instanceof GraphQLError ? error : undefined
    const face = this.#faceOf(error, located)
    if (face.code === 'INTERNAL_SERVER_ERROR') this.#logFault(error, located, traceId)
    return {
      message: face.message ?? 'Internal server error',
      ...(located?.locations ? { locations: located.locations } : {}),
      ...(located?.path ? { path: located.path } : {}),
      extensions: {
        ...face.details,
        code: face.code,
        ...(face.code === 'INTERNAL_SERVER_ERROR' && traceId !== undefined ? { traceId } : {}),
      },
    }
  }

  /** What `format` will say it is. */
  codeOf(error: unknown): ErrorCode {
    return this.#faceOf(error, error instanceof GraphQLError ? error : undefined).code
  }

  #faceOf(error: unknown, located: GraphQLError | undefined): PublicFace {
    const cause = rootCauseOf(error)
    if (cause instanceof Error && !(cause instanceof GraphQLError)) {
      const face = PUBLIC_FACES[cause.name]
      return face ? { ...face, message: face.message ?? cause.message } : { code: 'INTERNAL_SERVER_ERROR' }
    }
    if (!located) return { code: 'INTERNAL_SERVER_ERROR' }
    if (TOKEN_LIMIT.test(located.message)) {
      return {
        code: 'QUERY_TOO_COMPLEX',
        message: `Expected at most ${this.#maxTokens} tokens in one operation, found more.`,
      }
    }
    if (located.message === TOO_MUCH_TO_VALIDATE) {
      return {
        code: 'QUERY_TOO_COMPLEX',
        message: 'Expected each field to be selected once or a few times, found hundreds of the same: select it once.',
      }
    }
    const own = cause instanceof GraphQLError ? cause.extensions.code : undefined
    const { http: _http, code, stacktrace: _stacktrace, ...details } = { ...located.extensions }
    if (isAboutValue(located)) return { code: 'BAD_USER_INPUT', message: located.message }
    if (typeof own === 'string') return { code: own as ErrorCode, message: located.message, details }
    if (typeof code === 'string') return { code: code as ErrorCode, message: located.message, details }
    return { code: 'INTERNAL_SERVER_ERROR' }
  }

  #logFault(error: unknown, located: GraphQLError | undefined, traceId: string | undefined): void {
    const cause = rootCauseOf(error)
    // Not the GraphQL error itself: it carries the operation's text, and with it whatever personal data the caller wrote there.
    const fault =
      cause instanceof Error ? { name: cause.name, message: cause.message, stack: cause.stack } : { name: typeof cause }
    this.#logger.error({ fault, traceId, path: located?.path?.join('.') }, 'An operation failed by a fault of ours')
  }
}

/** What was thrown in the first place: GraphQL wraps it to say where. */
function rootCauseOf(error: unknown): unknown {
  let cause = error
  for (let depth = 0; depth < 10 && cause instanceof GraphQLError && cause.originalError; depth++)
    cause = cause.originalError
  return cause
}

/** Wrong syntax of a scalar, in the document or in a variable: BAD_USER_INPUT, whichever way it came. */
function isAboutValue(error: GraphQLError): boolean {
  const [node, ...more] = error.nodes ?? []
  if (!node) return false
  if (node.kind === Kind.VARIABLE_DEFINITION)
    return (
      more.length === 0 && /^Variable "\$\w+" (got invalid|has invalid|of required|of non-null)/.test(error.message)
    )
  return VALUE_KINDS.has(node.kind) && more.length === 0
}
