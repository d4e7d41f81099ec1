import type { Kafka } from 'kafkajs'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { FreshProducer } from '../../../src/kafka/freshProducer.js'

const logger = pino({ level: 'silent' })
const nothing = () => Promise.resolve()

/** connect: how each of its producers connects. */
function countedKafka(connect: () => Promise<void> = nothing) {
  const counts = { made: 0, disconnected: 0 }
  const producer = {
    connect,
    disconnect: () => {
      counts.disconnected += 1
      return Promise.resolve()
    },
  }
  const kafka = {
    producer: () => {
      counts.made += 1
      return producer
    },
  }
  return { kafka: kafka as unknown as Kafka, counts }
}

it('is one and the same until a send fails, and another one after that', async () => {
  const { kafka, counts } = countedKafka()
  const producer = new FreshProducer(kafka, logger)
  await producer.use(nothing)
  await producer.use(nothing)
  expect(counts).toEqual({ made: 1, disconnected: 0 })
  await expect(producer.use(() => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer')
  expect(counts).toEqual({ made: 1, disconnected: 1 })
  await producer.use(nothing)
  expect(counts).toEqual({ made: 2, disconnected: 1 })
})

it('leaves none behind that was closed while it was connecting', async () => {
  const connecting = Promise.withResolvers<void>()
  const { kafka, counts } = countedKafka(() => connecting.promise)
  const producer = new FreshProducer(kafka, logger)
  const use = producer.use(nothing)
  await producer.close()
  connecting.resolve()
  await expect(use).rejects.toThrow('closed')
  expect(counts).toEqual({ made: 1, disconnected: 1 })
})

it('is not made again once it was closed', async () => {
  const { kafka, counts } = countedKafka()
  const producer = new FreshProducer(kafka, logger)
  await producer.close()
  await expect(producer.use(nothing)).rejects.toThrow('closed')
  expect(counts.made).toBe(0)
})
