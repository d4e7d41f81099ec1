import { randomUUID } from 'node:crypto'
import type { Admin, Kafka, KafkaMessage } from 'kafkajs'
import type { Logger } from 'pino'
import { forgetGroup } from '../../kafka/forgetGroup.js'
import { within } from '../../waiting/within.js'
import { BusUnavailable } from '../eventBus.js'

const TIMEOUT_MS = 30_000

/** Where a message stands that is there. */
export interface MessagePlace {
  readonly topic: string
  readonly partition: number
  readonly offset: string
}

/**
 * The messages at these places, at most one of each partition, in any order; none for a place of a transaction's marker, which nobody is handed.
 * kafkajs reads in consumer groups only; this one commits nothing and is deleted again. Throws kafkajs's errors, BusUnavailable after 30 s.
 */
export async function readMessages(
  kafka: Kafka,
  admin: Admin,
  places: readonly MessagePlace[],
  logger: Logger,
): Promise<readonly KafkaMessage[]> {
  const topics = [...new Set(places.map(({ topic }) => topic))]
  if (topics.length === 0) return []
  const groupId = `${topics[0]}-reader-${randomUUID()}`
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
    retry: { restartOnFailure: () => Promise.resolve(false) },
  })
  const wanted = new Map(places.map((place) => [`${place.topic} ${place.partition}`, place]))
  const found: KafkaMessage[] = []
  const all = Promise.withResolvers<void>()
  consumer.on(consumer.events.CRASH, ({ payload }) => all.reject(payload.error))
  const isDone = (topic: string, partition: number) => {
    wanted.delete(`${topic} ${partition}`)
    if (wanted.size === 0) all.resolve()
  }
  // Of nothing but markers the library says only this.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
    const place = wanted.get(`${topic} ${partition}`)
    if (batchSize === 0 && place && BigInt(lastOffset) >= BigInt(place.offset)) isDone(topic, partition)
  })
  consumer.on(consumer.events.GROUP_JOIN, () => {
    for (const place of wanted.values()) consumer.seek(place)
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ topic, partition, message }) => {
        if (message.offset === wanted.get(`${topic} ${partition}`)?.offset) {
          found.push(message)
          isDone(topic, partition)
        }
        return Promise.resolve()
      },
    })
    await within(TIMEOUT_MS, all.promise, () => tooLate(topics))
    return found
  } finally {
    await consumer.disconnect()
    await forgetGroup(admin, groupId, logger)
  }
}

function tooLate(topics: readonly string[]): BusUnavailable {
  return new BusUnavailable(`Messages of ${topics.join(', ')} did not come within ${TIMEOUT_MS} ms.`)
}
