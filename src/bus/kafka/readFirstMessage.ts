import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'
import type { Logger } from 'pino'
import { BusUnavailable } from '../eventBus.js'

const TIMEOUT_MS = 30_000

/**
 * The value of the oldest message of a topic that has one. kafkajs reads in consumer groups only; this one commits nothing and is deleted again.
 * Throws kafkajs's errors, BusUnavailable after 30 s.
 */
export async function readFirstMessage(
  kafka: Kafka,
  admin: Admin,
  topic: string,
  logger: Logger,
): Promise<Buffer | null> {
  const groupId = `${topic}-reader-${randomUUID()}`
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
    retry: { restartOnFailure: () => Promise.resolve(false) },
  })
  const first = Promise.withResolvers<Buffer | null>()
  consumer.on(consumer.events.CRASH, ({ payload }) => first.reject(payload.error))
  const timeout = new AbortController()
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ message }) => {
        first.resolve(message.value)
        return Promise.resolve()
      },
    })
    return await Promise.race([first.promise, tooLate(topic, timeout.signal)])
  } finally {
    timeout.abort()
    await consumer.disconnect()
    await forgetGroup(admin, groupId, logger)
  }
}

async function tooLate(topic: string, signal: AbortSignal): Promise<never> {
  await sleep(TIMEOUT_MS, undefined, { signal, ref: false })
  throw new BusUnavailable(`The first message of the topic ${topic} did not come within ${TIMEOUT_MS} ms.`)
}

/** A group that stays behind is nobody's loss: the broker forgets those without members and commits by itself. */
async function forgetGroup(admin: Admin, groupId: string, logger: Logger): Promise<void> {
  try {
    await admin.deleteGroups([groupId])
  } catch (error) {
    logger.debug({ err: error, groupId }, 'A reader left its group behind')
  }
}
