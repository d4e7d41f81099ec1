import kafkajs, { type Kafka } from 'kafkajs'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { ResultPublisher } from '../../../src/read/kafka/resultPublisher.js'

function publisherThatFailsWith(error: Error): ResultPublisher {
  const producer = {
    events: { REQUEST_QUEUE_SIZE: 'queue' },
    on: () => () => undefined,
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    send: () => Promise.reject(error),
  }
  const kafka = { producer: () => producer } as unknown as Kafka
  return new ResultPublisher(kafka, 'results', pino({ level: 'silent' }))
}

it('tells why Kafka did not take announcements, and which setting leads there', async () => {
  const publisher = publisherThatFailsWith(new kafkajs.KafkaJSError('There is no leader for this topic-partition'))
  await expect(publisher.publish([{ value: 'x' }])).rejects.toMatchObject({
    name: 'StoreUnavailable',
    message: expect.stringMatching(/no leader.*KAFKA_BROKERS/),
  })
})

it('does not take a fault of the program for an outage', async () => {
  const publisher = publisherThatFailsWith(new TypeError('undefined is not a function'))
  await expect(publisher.publish([{ value: 'x' }])).rejects.toThrow(TypeError)
})
