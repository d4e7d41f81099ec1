import type { Kafka, Producer } from 'kafkajs'
import type { Logger } from 'pino'
import { KafkaJSError } from './libraryErrors.js'
import { connectedProducer, discard } from './producers.js'

const CLOSED = 'The producer was closed'

/**
 * An idempotent producer, connected when it is first used, that is thrown away after any failed send.
 *
 * kafkajs gives the sequence numbers of a batch that failed to the next one; where only the answer was lost, the broker takes the next one for a
 * repeat and drops it without a word. A new producer has new numbers, and the caller repeats.
 */
export class FreshProducer {
  readonly #kafka: Kafka
  readonly #logger: Logger
  #producer: Producer | undefined
  #isClosed = false

  constructor(kafka: Kafka, logger: Logger) {
    this.#kafka = kafka
    this.#logger = logger
  }

  /** One at a time. Throws what `send` throws, and kafkajs's errors, one of them also after `close`. */
  async use(send: (producer: Producer) => Promise<void>): Promise<void> {
    if (this.#isClosed) throw new KafkaJSError(CLOSED)
    try {
      this.#producer ??= await this.#connected()
      await send(this.#producer)
    } catch (error) {
      await this.#throwAway()
      throw error
    }
  }

  /** Does not wait for a send: it fails. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#throwAway()
  }

  /** Closed while it was connecting it must not stay behind. */
  async #connected(): Promise<Producer> {
    const producer = await connectedProducer(this.#kafka, this.#logger)
    if (!this.#isClosed) return producer
    await discard(producer, this.#logger)
    throw new KafkaJSError(CLOSED)
  }

  async #throwAway(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    if (producer) await discard(producer, this.#logger)
  }
}
