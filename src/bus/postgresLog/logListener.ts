import { Client } from 'pg'
import type { Logger } from 'pino'
import { LOG_CHANNEL } from '../../contract/logChannel.js'
import type { LogSignal } from './logSignal.js'

const RECONNECT_MS = 1_000

/**
 * Rings the signal for every NOTIFY of other processes, on a connection of its own: LISTEN belongs to a session.
 *
 * A lost connection is made again, and rings too, because what was notified in between is unknown. Nobody rests on it: readers poll.
 */
export class LogListener {
  readonly #databaseUrl: string
  readonly #signal: LogSignal
  readonly #logger: Logger
  #client: Client | undefined
  #retry: NodeJS.Timeout | undefined
  #stopped = false

  constructor(databaseUrl: string, signal: LogSignal, logger: Logger) {
    this.#databaseUrl = databaseUrl
    this.#signal = signal
    this.#logger = logger
  }

  /** Returns when listening, or when it will be tried again later. */
  async start(): Promise<void> {
    const client = new Client({
      connectionString: this.#databaseUrl,
      application_name: 'order-gateway log listener',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    })
    client.on('notification', () => this.#signal.notify())
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, undefined))
    this.#client = client
    try {
      await client.connect()
      await client.query(`LISTEN ${LOG_CHANNEL}`)
      this.#signal.notify()
    } catch (error) {
      this.#lost(client, error)
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry)
    await this.#client?.end()
  }

  #lost(client: Client, error: unknown): void {
    if (this.#client !== client || this.#stopped) return
    this.#client = undefined
    this.#logger.warn(
      { reason: error instanceof Error ? error.message : 'closed' },
      'Lost the connection that listens for new events; polling goes on until it is back',
    )
    client
      .end()
      .catch((endError: unknown) => this.#logger.debug({ err: endError }, 'The lost connection was closed already'))
    this.#retry = setTimeout(() => void this.start(), RECONNECT_MS)
  }
}
