import { type logCreator, logLevel } from 'kafkajs'
import type { Logger } from 'pino'

/** Of what the library adds to a message: facts about connections and groups. The rest may hold requests, and with them events. */
const LOGGED_FIELDS = ['broker', 'clientId', 'groupId', 'topic', 'partition', 'error', 'retryCount', 'retryTime']

/**
 * Of single answers and of our choice of bounded retries: whoever sent the request is told by an error, and producers that failed are thrown away.
 */
const FOR_DEBUGGING = /^(Response |Limiting retries )/

/** The same of the same broker and group: one that is away for a minute is tried a hundred times. */
const WARNED_AGAIN_AFTER_MS = 10_000
const MAX_WARNINGS_KNOWN = 100

/** The library's error is our warning: it speaks of single tries. What comes of them is told by whoever asked. */
export function libraryLog(logger: Logger): logCreator {
  const warned = new Map<string, number>()
  const isNews = (text: string): boolean => {
    const now = performance.now()
    if (now - (warned.get(text) ?? Number.NEGATIVE_INFINITY) < WARNED_AGAIN_AFTER_MS) return false
    if (warned.size === MAX_WARNINGS_KNOWN) warned.clear()
    warned.set(text, now)
    return true
  }
  return () =>
    ({ namespace, level, log }) => {
      const facts = LOGGED_FIELDS.filter((field) => ['string', 'number'].includes(typeof log[field]))
      const fields = {
        library: `kafkajs ${namespace}`,
        ...Object.fromEntries(facts.map((field) => [field, log[field]])),
      }
      const isOfInterest = level <= logLevel.WARN && !FOR_DEBUGGING.test(log.message)
      const isWarning = isOfInterest && isNews([namespace, log.broker, log.groupId, log.message, log.error].join())
      logger[isWarning ? 'warn' : 'debug'](fields, log.message)
    }
}
