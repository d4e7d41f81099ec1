import type { Kafka, TopicMessages } from 'kafkajs'
import type { Logger } from 'pino'
import { eventTopic } from '../../contract/topics.js'
import { FreshProducer } from '../../kafka/freshProducer.js'
import type { EventMessage, EventPublisher } from '../eventPublisher.js'
import { toKafkaMessage } from './eventMessages.js'
import { isTooLarge, MessageTooLarge, orUnavailable } from './kafkaFaults.js'

/** Of one request, at most: brokers refuse a batch of more than a megabyte, and all of a request may go to one partition. */
const MAX_REQUEST_BYTES = 900_000
/** Key, headers and framing of a message, rounded up. */
const OUTSIDE_BYTES = 512

export interface KafkaEventPublisherParts {
  readonly kafka: Kafka
  readonly prefix: string
  readonly installationId: string
  /** Id of the topics. */
  readonly destination: string
  readonly logger: Logger
}

/** Publishes events, one request after the other, each acknowledged by all in-sync replicas. */
export class KafkaEventPublisher implements EventPublisher {
  readonly destination: string
  readonly #parts: KafkaEventPublisherParts
  readonly #producer: FreshProducer

  constructor(parts: KafkaEventPublisherParts) {
    this.#parts = parts
    this.destination = parts.destination
    this.#producer = new FreshProducer(parts.kafka, parts.logger)
  }

  publish(messages: readonly EventMessage[]): Promise<void> {
    return orUnavailable('Events could not be published', () =>
      this.#producer.use(async (producer) => {
        for (const topicMessages of this.#requestsOf(messages)) {
          try {
            await producer.sendBatch({ acks: -1, topicMessages })
          } catch (cause) {
            throw isTooLarge(cause) ? tooLarge(topicMessages, cause) : cause
          }
        }
      }),
    )
  }

  /** Does not wait for what is being published: it fails. */
  close(): Promise<void> {
    return this.#producer.close()
  }

  /** In order, each small enough for one request. */
  #requestsOf(messages: readonly EventMessage[]): readonly TopicMessages[][] {
    const { prefix, installationId } = this.#parts
    const requests: Map<string, TopicMessages>[] = []
    let bytes = Number.POSITIVE_INFINITY
    for (const message of messages) {
      const kafkaMessage = toKafkaMessage(message, installationId)
      const size = kafkaMessage.value.length + OUTSIDE_BYTES
      if (bytes + size > MAX_REQUEST_BYTES) {
        requests.push(new Map())
        bytes = 0
      }
      bytes += size
      const topic = eventTopic(prefix, message.streamCategory)
      const request = requests.at(-1)
      const sameTopic = request?.get(topic)
      if (sameTopic) sameTopic.messages.push(kafkaMessage)
      else request?.set(topic, { topic, messages: [kafkaMessage] })
    }
    return requests.map((request) => [...request.values()])
  }
}

function tooLarge(refused: readonly TopicMessages[], cause: unknown): MessageTooLarge {
  const sizes = refused.flatMap(({ messages }) => messages.map(({ value }) => (value?.length ?? 0) + OUTSIDE_BYTES))
  return new MessageTooLarge(
    refused.map(({ topic }) => topic),
    Math.max(...sizes),
    { cause },
  )
}
