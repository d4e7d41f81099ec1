import { Pool } from 'pg'
import type { Logger } from 'pino'
import type { GlobalPosition } from '../../contract/globalPosition.js'
import type { CheckpointStore } from '../checkpointStore.js'
import type { ConsumerGroups } from '../consumerGroups.js'
import type { EventBus, EventConsumer, GroupPart } from '../eventBus.js'
import type { EventOutbox } from '../eventPublisher.js'
import type { LogObserver } from '../logObserver.js'
import type { LogScan } from '../logScan.js'
import { GroupLock } from './groupLock.js'
import { type LogConsumerParts, PostgresLogConsumer } from './logConsumer.js'
import { LogListener } from './logListener.js'
import type { LogSignal } from './logSignal.js'
import { PostgresConsumerGroups } from './postgresConsumerGroups.js'
import { PostgresLogObserver } from './postgresLogObserver.js'
import { PostgresLogScan } from './postgresLogScan.js'
import { readMessages } from './readMessages.js'
import { readPage } from './readPage.js'

/** One for the pages, one for lag and sweeps. */
const POOL_SIZE = 2

export interface PostgresLogBusOptions {
  /** Of the database with the event log. Not through a transaction pooler: session locks and LISTEN need a session. */
  readonly databaseUrl: string
  readonly checkpoints: CheckpointStore
  /** Rung by the writers of this process. */
  readonly signal: LogSignal
  readonly logger: Logger
}

/** The event bus of the embedded profile: no broker, the log is read in its own order and what is new is seen within milliseconds. */
export class PostgresLogBus implements EventBus {
  readonly observer: LogObserver
  readonly scan: LogScan
  readonly groups: ConsumerGroups
  /** The same for relays, which carry the events on to another bus. */
  readonly outbox: EventOutbox = { subscribe: (group) => this.#join(group, readMessages) }
  readonly #options: PostgresLogBusOptions
  readonly #pool: Pool
  readonly #listener: LogListener
  readonly #consumers = new Set<{ close(): Promise<void> }>()

  private constructor(options: PostgresLogBusOptions) {
    this.#options = options
    this.#pool = new Pool({
      connectionString: options.databaseUrl,
      application_name: 'order-gateway log reader',
      max: POOL_SIZE,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 10_000,
      query_timeout: 15_000,
    })
    // An idle connection that breaks is replaced by the pool; the next query tells if the server is gone. The error itself is not logged: the
    // pool hangs the whole client on it, with its secrets. Of a pool that is ending nobody needs to know: the server may stop right behind it.
    this.#pool.on('error', ({ message }) => {
      if (!this.#pool.ending) options.logger.warn({ reason: message }, 'An idle connection to the event log broke')
    })
    this.#listener = new LogListener(options.databaseUrl, options.signal, options.logger)
    this.observer = new PostgresLogObserver(this.#pool)
    this.scan = new PostgresLogScan(this.#pool)
    this.groups = new PostgresConsumerGroups(options.databaseUrl, options.checkpoints)
  }

  /** Never fails for a server that does not answer yet: consumers say so by BusUnavailable. */
  static async open(options: PostgresLogBusOptions): Promise<PostgresLogBus> {
    const bus = new PostgresLogBus(options)
    await bus.#listener.start()
    return bus
  }

  subscribe(group: string): Promise<EventConsumer> {
    return this.#join(group, readPage)
  }

  progress(group: string): Promise<GlobalPosition> {
    return this.#options.checkpoints.load(group)
  }

  async parts(group: string): Promise<readonly GroupPart[]> {
    return [{ name: 'log', committed: await this.progress(group), covers: () => true }]
  }

  /** Closes its consumers first, so that their checkpoints are written. */
  async close(): Promise<void> {
    const closings = await Promise.allSettled([...this.#consumers].map((consumer) => consumer.close()))
    await this.#listener.stop()
    await this.#pool.end()
    const failed = closings.find((closing) => closing.status === 'rejected')
    if (failed) throw failed.reason
  }

  #join<Event extends { readonly position: GlobalPosition }>(
    group: string,
    read: LogConsumerParts<Event>['readPage'],
  ): Promise<EventConsumer<Event>> {
    const { databaseUrl, checkpoints, signal, logger } = this.#options
    const lock = new GroupLock(databaseUrl, group)
    const consumer = new PostgresLogConsumer({
      group,
      readPage: read,
      pool: this.#pool,
      lock,
      checkpoints,
      signal,
      logger,
      onClosed: (closed) => this.#consumers.delete(closed),
    })
    this.#consumers.add(consumer)
    return Promise.resolve(consumer)
  }
}
