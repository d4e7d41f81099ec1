import { Partitioners, type TopicMessages } from 'kafkajs'
import type { Logger } from 'pino'
import type { EventMessage } from '../../../src/bus/eventPublisher.js'
import { toKafkaMessage } from '../../../src/bus/kafka/eventMessages.js'
import { eventTopic } from '../../../src/contract/topics.js'
import { createKafka, type KafkaSettings } from '../../../src/kafka/kafkaClient.js'
import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { seedLog } from '../projector/seedLog.js'
import { compareRates, inTurns } from '../rounds.js'
import { openBenchmarkWriteSide } from '../service.js'
import { openLogAndTopics, relayAll } from './eventTopics.js'
import { startClusterServers } from './servers.js'

const ORDERS = 8_000
const ROUNDS = 3

export const relay: Benchmark = {
  name: 'relay',
  title: `Relay, from the log to the acknowledgement of Kafka, ${ORDERS.toLocaleString('en-US')} orders with three events each`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const servers = await startClusterServers(logger)
  open.defer(() => servers.stop())
  const log = await server.createDatabase()
  const writeSide = await openBenchmarkWriteSide(log, logger)
  const events = await seedLog(writeSide, ORDERS)
  const { installationId } = writeSide
  await writeSide.close()

  /** Each time to topics of its own. */
  const relayOnce = async () => {
    const topics = await openLogAndTopics(log, servers.kafka(), installationId, logger)
    try {
      return await relayAll(topics, events, logger)
    } finally {
      await topics.close()
    }
  }
  const { pages } = await relayOnce()
  const rates = await inTurns(
    {
      ours: async () => events / (await relayOnce()).seconds,
      bare: async () => {
        const settings = servers.kafka()
        // Makes the topics.
        await (await openLogAndTopics(log, settings, installationId, logger)).close()
        return events / (await sendAll(settings, pages, installationId, logger))
      },
    },
    ROUNDS,
  )
  return {
    comparisons: [
      compareRates(
        { name: 'relay, events', rates: rates.ours },
        { name: 'sendBatch of the same messages from memory', rates: rates.bare },
        { is: 'at least', ratio: 0.75 },
      ),
    ],
    notes: [
      `${pages.length} requests, the same for both; the producer is idempotent and waits for each acknowledgement. The first ones of a new topic are in both times.`,
    ],
  }
}

/** Seconds that kafkajs takes for messages that are ready to be sent. */
async function sendAll(
  settings: KafkaSettings,
  pages: readonly (readonly EventMessage[])[],
  installationId: string,
  logger: Logger,
): Promise<number> {
  const requests = pages.map((page): TopicMessages[] =>
    [...Map.groupBy(page, ({ streamCategory }) => streamCategory)].map(([category, messages]) => ({
      topic: eventTopic(settings.prefix, category),
      messages: messages.map((message) => toKafkaMessage(message, installationId)),
    })),
  )
  const producer = createKafka(settings, logger).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  const startedAt = performance.now()
  await producer.connect()
  for (const topicMessages of requests) await producer.sendBatch({ acks: -1, topicMessages })
  const seconds = (performance.now() - startedAt) / 1_000
  await producer.disconnect()
  return seconds
}
