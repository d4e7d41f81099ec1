import { destination, type Logger, pino, stdTimeFunctions } from 'pino'
import pretty from 'pino-pretty'
import type { LogLevel } from './config.js'
import { currentSpan } from './telemetry/spans.js'

export interface LogOutput {
  /** Whether a person looks on. */
  readonly onTerminal: boolean
  /** File descriptor: 1 standard output (default), 2 standard error. */
  readonly to?: 1 | 2
}

/**
 * The one logger of a process: JSON lines, or readable lines where a person looks on. Error objects of drivers are
 * cut to type, message, code and stack: what else they carry (query parameters, whole requests) may be personal data.
 */
export function createLogger(level: LogLevel, { onTerminal, to = 1 }: LogOutput): Logger {
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    base: null,
    serializers: { err: lean, error: lean },
    mixin: traceOfNow,
  }
  return onTerminal
    ? pino(options, pretty({ translateTime: 'SYS:HH:MM:ss.l', sync: true, destination: to }))
    : pino(options, destination(to))
}

/** By OpenTelemetry's names, so that a line and its trace are found from each other. */
function traceOfNow(): object {
  const span = currentSpan()
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
}

function lean(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined ? {} : { cause: lean(error.cause) }
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause }
}
