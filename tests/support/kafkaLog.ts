import { randomUUID } from 'node:crypto'
import { type Logger, pino } from 'pino'
import { type KafkaBus, openKafkaBus } from '../../src/bus/kafka/kafkaBus.js'
import { LogSignal } from '../../src/bus/postgresLog/logSignal.js'
import { PostgresLogBus } from '../../src/bus/postgresLog/postgresLogBus.js'
import type { KafkaSettings } from '../../src/kafka/kafkaClient.js'
import { migrateEventLog } from '../../src/write/eventStore/migrate.js'
import { type Relay, type RelayOptions, startRelay } from '../../src/write/relay/relay.js'
import { MemoryCheckpoints } from './memory/memoryCheckpoints.js'
import { createTestDatabase } from './postgres.js'
import { insertRawEvent, openSession } from './rawLog.js'

export const silentLogger = pino({ level: 'silent' })

export function kafkaSettings(
  brokers: readonly string[],
  prefix: string,
  changed: Partial<KafkaSettings> = {},
): KafkaSettings {
  return { brokers, prefix, partitions: 3, replicationFactor: -1, tls: false, ...changed }
}

/** An event log in PostgreSQL and the bus on Kafka that it is published to; relays are started by the tests. */
export class KafkaLog {
  readonly checkpoints = new MemoryCheckpoints()
  readonly installationId = randomUUID()
  readonly #open = new AsyncDisposableStack()

  /** Lines of the log, as JSON. */
  readonly warnings: string[] = []
  readonly logger: Logger = pino({ level: 'warn' }, { write: (line: string) => this.warnings.push(line) })

  private constructor(
    readonly databaseUrl: string,
    readonly settings: KafkaSettings,
  ) {}

  /** serverUrl: of the PostgreSQL server; default: the run's shared one. */
  static async open(settings: KafkaSettings, serverUrl?: string): Promise<KafkaLog> {
    const database = await createTestDatabase(serverUrl)
    await migrateEventLog(database.url, silentLogger)
    const log = new KafkaLog(database.url, settings)
    log.#open.defer(() => database.drop())
    return log
  }

  async openBus(changed: Partial<KafkaSettings> = {}): Promise<KafkaBus> {
    const { settings, installationId, checkpoints, logger } = this
    const bus = await openKafkaBus({ kafka: { ...settings, ...changed }, installationId, checkpoints, logger })
    this.#open.defer(() => bus.close())
    return bus
  }

  /** bus: whose topics are to be filled. */
  async startRelay(bus: KafkaBus, changed: Partial<RelayOptions> = {}): Promise<Relay> {
    const { databaseUrl, checkpoints, logger } = this
    const signal = new LogSignal()
    const log = await PostgresLogBus.open({ databaseUrl, checkpoints, signal, logger })
    this.#open.defer(() => log.close())
    const relay = startRelay({ outbox: log.outbox, publisher: bus.publisher(), logger, ...changed })
    this.#open.defer(() => relay.stop())
    return relay
  }

  /** A session that writes to the log past the event store. */
  async openWriter(): Promise<Writer> {
    const session = await openSession(this.databaseUrl)
    this.#open.defer(() => session.end())
    return {
      session,
      append: async (events) => {
        for (const [streamId, version] of events) await insertRawEvent(session, { streamId, version })
        await session.query('NOTIFY events')
      },
    }
  }

  close(): Promise<void> {
    return this.#open.disposeAsync()
  }
}

export interface Writer {
  readonly session: Awaited<ReturnType<typeof openSession>>
  append(events: readonly (readonly [streamId: string, version: number])[]): Promise<void>
}
