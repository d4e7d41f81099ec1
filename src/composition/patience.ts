import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { isRetriable } from '../waiting/isRetriable.js'

/** Long enough for a server that is starting beside us, short enough that a wrong address is told while somebody looks. */
const PATIENCE_MS = 60_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 3_000

/** A server that a process needs did not come. The message is one line that names the variable to change. */
export class DependencyMissing extends Error {
  override readonly name = 'DependencyMissing'
  readonly code = 'DEPENDENCY_MISSING'
}

export interface Dependency<Opened> {
  /** In words, such as "the event log". */
  readonly name: string
  /** The environment variable that says where it is. */
  readonly variable: string
  /** Others without which it may seem not to be there. */
  readonly related?: string
  /** Rejects with an error that is `retryable` as long as the server does not answer; anything else is told at once. */
  readonly open: () => Promise<Opened>
}

export const THE_LOG = { name: 'the event log', variable: 'DATABASE_URL' }

/** A broker that wants TLS or a login just closes the connection of whoever brings none. */
export const KAFKA = { name: 'Kafka', variable: 'KAFKA_BROKERS', related: 'with KAFKA_TLS and KAFKA_SASL_MECHANISM' }

export interface Patience {
  readonly logger: Logger
  readonly stopRequested: AbortSignal
  /** Default 60,000. */
  readonly patienceMs?: number
}

/**
 * Opens what may not be up yet: with a container for each, nobody promises an order. Throws DependencyMissing, the reason of `stopRequested`,
 * and what is wrong with the dependency itself.
 */
export async function whenReachable<Opened>(
  { name, variable, related, open }: Dependency<Opened>,
  { logger, stopRequested, patienceMs = PATIENCE_MS }: Patience,
): Promise<Opened> {
  const giveUpAt = performance.now() + patienceMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    stopRequested.throwIfAborted()
    try {
      return await open()
    } catch (error) {
      if (!isRetriable(error)) throw error
      if (performance.now() + pauseMs > giveUpAt) {
        throw new DependencyMissing(
          `${variable}: expected ${name} to answer, found that it did not for ${Math.round(patienceMs / 1_000)} seconds (${reasonOf(error)}): start it, or correct ${variable}${related ? ` (${related})` : ''}.`,
        )
      }
      logger.warn({ reason: reasonOf(error), againInMs: pauseMs }, `${variable}: ${name} does not answer yet`)
      await delay(pauseMs, undefined, { signal: stopRequested }).catch(() => stopRequested.throwIfAborted())
    }
  }
}

/** In a sentence of ours. Messages alone: drivers hang their connections, and with them their secrets, on their errors. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? error.cause.message : ''
  const reason = error.message.includes(cause) ? error.message : `${error.message} ${cause}`
  return reason.replace(/\.$/, '')
}
