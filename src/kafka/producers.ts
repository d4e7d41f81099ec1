import { type Kafka, Partitioners, type Producer } from 'kafkajs'
import type { Logger } from 'pino'

/**
 * A producer that is ready to send, idempotent, one request at a time. Throws kafkajs's errors.
 *
 * One that did not connect to the end must not be used: the library lets it send without a producer id, and so without idempotence.
 */
export async function connectedProducer(kafka: Kafka, logger: Logger): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  try {
    await producer.connect()
    return producer
  } catch (error) {
    await discard(producer, logger)
    throw error
  }
}

/** Lets go of a producer whose connections may be broken already. */
export async function discard(producer: Producer, logger: Logger): Promise<void> {
  try {
    await producer.disconnect()
  } catch (error) {
    logger.debug({ err: error }, 'A producer was not disconnected in order')
  }
}
