import type { Admin, Kafka } from 'kafkajs'
import type { Logger } from 'pino'
import type { EventEnvelope } from '../../contract/eventEnvelope.js'
import { readEventMessage } from './eventMessages.js'
import { type MessagePlace, readMessages } from './readMessages.js'

/** Of each partition the last message, where that is an event of this installation. Throws kafkajs's errors, BusUnavailable. */
export async function newestEvents(
  { kafka, admin, topics, logger }: { kafka: Kafka; admin: Admin; topics: readonly string[]; logger: Logger },
  installationId: string,
): Promise<readonly EventEnvelope[]> {
  const places = await Promise.all(topics.map((topic) => lastPlaces(admin, topic)))
  const messages = await readMessages(kafka, admin, places.flat(), logger)
  return messages.flatMap((message) => {
    const read = readEventMessage(message, installationId)
    return read.kind === 'event' ? [read.event] : []
  })
}

async function lastPlaces(admin: Admin, topic: string): Promise<readonly MessagePlace[]> {
  const partitions = await admin.fetchTopicOffsets(topic)
  return partitions
    .filter(({ low, high }) => low !== high)
    .map(({ partition, high }) => ({ topic, partition, offset: String(BigInt(high) - 1n) }))
}
