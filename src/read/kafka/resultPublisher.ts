import type { Kafka, Message } from 'kafkajs'
import type { Logger } from 'pino'
import { FreshProducer } from '../../kafka/freshProducer.js'
import { isOfKafka } from '../../kafka/libraryErrors.js'
import { StoreUnavailable } from '../documentStore.js'
import { RESULTS_PARTITION } from './resultsTopic.js'

/** Of one request, at most: the broker refuses a batch of more than a megabyte as a whole. */
const MAX_BATCH_BYTES = 512 * 1024

/** Sends announcements, one request after the other. */
export class ResultPublisher {
  readonly #producer: FreshProducer
  readonly #topic: string
  #last: Promise<unknown> = Promise.resolve()

  constructor(kafka: Kafka, topic: string, logger: Logger) {
    this.#producer = new FreshProducer(kafka, logger)
    this.#topic = topic
  }

  /** Returns when the broker has acknowledged all of them. Throws StoreUnavailable; then some of them may be in the topic. */
  publish(messages: readonly Message[]): Promise<void> {
    const publication = this.#last.then(() => this.#send(messages))
    // The next in line waits for the end of this one; how it ended concerns its own caller.
    this.#last = publication.catch(() => undefined)
    return publication
  }

  /** Waits for what is being sent. */
  async close(): Promise<void> {
    await this.#last
    await this.#producer.close()
  }

  async #send(messages: readonly Message[]): Promise<void> {
    try {
      await this.#producer.use(async (producer) => {
        for (const batch of batchesOf(messages)) await producer.send({ topic: this.#topic, acks: -1, messages: batch })
      })
    } catch (cause) {
      if (!isOfKafka(cause)) throw cause
      // The library's messages name brokers and topics, and never hold an announcement.
      throw new StoreUnavailable(`The announcements could not be published: ${cause.message} (Kafka, KAFKA_BROKERS).`, {
        cause,
      })
    }
  }
}

/** In order, each small enough for one request. */
function batchesOf(messages: readonly Message[]): readonly Message[][] {
  const batches: Message[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const message of messages) {
    const size = message.value?.length ?? 0
    if (bytes + size > MAX_BATCH_BYTES) {
      batches.push([])
      bytes = 0
    }
    batches.at(-1)?.push({ ...message, partition: RESULTS_PARTITION })
    bytes += size
  }
  return batches
}
