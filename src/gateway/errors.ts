import { GraphQLError } from 'graphql'

/** What `extensions.code` may say. Apollo Server's own codes and ours; clients decide by it, never by the message. */
export type ErrorCode =
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  | 'BAD_USER_INPUT'
  | 'BAD_REQUEST'
  | 'INTERNAL_SERVER_ERROR'
  | 'CONSISTENCY_TIMEOUT'
  | 'INVALID_TOKEN'
  | 'RATE_LIMITED'
  | 'QUERY_TOO_COMPLEX'
  | 'UNAVAILABLE'
  | 'RESUME_EXPIRED'

/** How long a caller should wait before the same request is worth another try. */
export const RETRY_AFTER_MS = 1_000

/**
 * An error that is meant for the caller: its message is a sentence that says what was expected and what was found.
 * Everything else that is thrown is a fault and reaches the caller as INTERNAL_SERVER_ERROR.
 */
export class CallerError extends GraphQLError {
  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message, { extensions: { ...details, code } })
  }
}

export function badUserInput(message: string): CallerError {
  return new CallerError('BAD_USER_INPUT', message)
}

/** Refused before anything was executed: HTTP 400 rather than 200 with data. */
export function refusedRequest(code: 'BAD_USER_INPUT' | 'QUERY_TOO_COMPLEX', message: string): CallerError {
  return new CallerError(code, message, { http: { status: 400 } })
}

export function rateLimited(message: string): CallerError {
  return new CallerError('RATE_LIMITED', message, { retryAfterMs: RETRY_AFTER_MS })
}
