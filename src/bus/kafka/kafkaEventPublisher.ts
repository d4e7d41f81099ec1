import type { Kafka, Producer, TopicMessages } from 'kafkajs'
import type { Logger } from 'pino'
import { eventTopic } from '../../contract/topics.js'
import { connectedProducer, discard } from '../../kafka/producers.js'
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

/**
 * Publishes events, one request after the other, each acknowledged by all in-sync replicas.
 *
 * After any failed send the producer is thrown away. kafkajs gives the sequence numbers of a batch that failed to the next one; where only the
 * answer was lost, the broker takes the next one for a repeat and drops it without a word. A new producer has new numbers, and the caller repeats.
 */
export class KafkaEventPublisher implements EventPublisher {
  readonly destination: string
  readonly #parts: KafkaEventPublisherParts
  #producer: Producer | undefined

  constructor(parts: KafkaEventPublisherParts) {
    this.#parts = parts
    this.destination = parts.destination
  }

  async publish(messages: readonly EventMessage[]): Promise<void> {
    try {
      await orUnavailable('Events could not be published', () => this.#send(messages))
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    if (producer) await discard(producer, this.#parts.logger)
  }

  async #send(messages: readonly EventMessage[]): Promise<void> {
    const { kafka, logger } = this.#parts
    this.#producer ??= await connectedProducer(kafka, logger)
    for (const topicMessages of this.#requestsOf(messages)) {
      try {
        await this.#producer.sendBatch({ acks: -1, topicMessages })
      } catch (cause) {
        throw isTooLarge(cause) ? tooLarge(topicMessages, cause) : cause
      }
    }
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
