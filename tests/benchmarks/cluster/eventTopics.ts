import type { Logger } from 'pino'
import type { EventMessage, EventPublisher } from '../../../src/bus/eventPublisher.js'
import { type KafkaBus, openKafkaBus } from '../../../src/bus/kafka/kafkaBus.js'
import { LogSignal } from '../../../src/bus/postgresLog/logSignal.js'
import { openPostgresCheckpoints } from '../../../src/bus/postgresLog/openPostgresCheckpoints.js'
import { PostgresLogBus } from '../../../src/bus/postgresLog/postgresLogBus.js'
import type { KafkaSettings } from '../../../src/kafka/kafkaClient.js'
import { startRelay } from '../../../src/write/relay/relay.js'

/** A log and the topics that are filled from it. */
export interface LogAndTopics {
  readonly log: PostgresLogBus
  readonly bus: KafkaBus
  close(): Promise<void>
}

export async function openLogAndTopics(
  databaseUrl: string,
  kafka: KafkaSettings,
  installationId: string,
  logger: Logger,
): Promise<LogAndTopics> {
  const checkpoints = await openPostgresCheckpoints({ databaseUrl, logger })
  const log = await PostgresLogBus.open({ databaseUrl, checkpoints, signal: new LogSignal(), logger })
  const bus = await openKafkaBus({ kafka, installationId, checkpoints, logger })
  return {
    log,
    bus,
    close: async () => {
      await bus.close()
      await log.close()
      await checkpoints.close()
    },
  }
}

/** Relays until `events` are acknowledged. Returns the seconds that it took, and the pages as they were published. */
export async function relayAll(
  { log, bus }: LogAndTopics,
  events: number,
  logger: Logger,
): Promise<{ readonly seconds: number; readonly pages: readonly (readonly EventMessage[])[] }> {
  const pages: (readonly EventMessage[])[] = []
  const done = Promise.withResolvers<number>()
  let left = events
  const publisher = bus.publisher()
  const counting: EventPublisher = {
    destination: publisher.destination,
    async publish(messages) {
      await publisher.publish(messages)
      pages.push(messages)
      left -= messages.length
      if (left <= 0) done.resolve(performance.now())
    },
    close: () => publisher.close(),
  }
  const startedAt = performance.now()
  const relay = startRelay({ outbox: log.outbox, publisher: counting, logger })
  const seconds = ((await done.promise) - startedAt) / 1_000
  await relay.stop()
  return { seconds, pages }
}
