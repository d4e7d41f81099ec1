import type { Logger } from 'pino'
import { LOG_CHANNEL } from '../../contract/logChannel.js'
import type { PrismaClient } from '../../generated/prisma/client.js'

const NOTIFY = `SELECT pg_notify('${LOG_CHANNEL}', '') IS NULL AS notified`
/** Under load readers poll without a pause anyway, and need no waking. */
const MIN_INTERVAL_MS = 50

/**
 * Wakes readers of the log in other processes: one NOTIFY for all commits since the last one, one under way at most.
 *
 * Never in the transaction that appends: a commit with a NOTIFY in it queues behind all others of the server, at more than half the
 * throughput. A lost one costs a polling interval.
 */
export class AppendNotifier {
  readonly #prisma: PrismaClient
  readonly #logger: Logger
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #appendedMeanwhile = false
  #closed = false

  constructor(prisma: PrismaClient, logger: Logger) {
    this.#prisma = prisma
    this.#logger = logger
  }

  appended(): void {
    if (this.#closed) return
    if (this.#sending || this.#timer) {
      this.#appendedMeanwhile = true
      return
    }
    this.#sending = this.#send()
  }

  /** Sends nothing more, and waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#sending
  }

  async #send(): Promise<void> {
    try {
      await this.#prisma.$queryRawUnsafe(NOTIFY)
    } catch (error) {
      this.#logger.debug({ err: error }, 'Readers in other processes were not woken; they find the events by polling')
    }
    this.#sending = undefined
    if (!this.#closed) this.#timer = setTimeout(() => this.#rest(), MIN_INTERVAL_MS).unref()
  }

  #rest(): void {
    this.#timer = undefined
    if (!this.#appendedMeanwhile) return
    this.#appendedMeanwhile = false
    this.appended()
  }
}
