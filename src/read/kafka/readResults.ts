import { randomUUID } from 'node:crypto'
import type { Admin, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import type { Logger } from 'pino'
import { forgetGroup } from '../../kafka/forgetGroup.js'
import { leaveGroup } from '../../kafka/leaveGroup.js'
import { PositionGone } from '../announcementFeed.js'
import { RESULTS_PARTITION } from './resultsTopic.js'

/** A longer wait would save the broker a little and make the end of a reader as much slower. */
const MAX_WAIT_MS = 500

export interface ResultsReading {
  readonly kafka: Kafka
  /** Connected. */
  readonly admin: Admin
  readonly topic: string
  /** Offset of the first record wanted. */
  readonly from: number
  /** Called with every record from there on, in order, none twice. What it throws ends the reading and is thrown on. */
  readonly onMessages: (messages: readonly KafkaMessage[]) => void
  /** Ends the reading. */
  readonly signal: AbortSignal
  readonly logger: Logger
}

/**
 * Reads the partition until `signal` aborts. Rejects with PositionGone where the records from `from` on are not all there any more, else with
 * kafkajs's error when the connection is lost for longer than its retries.
 *
 * kafkajs reads in consumer groups only. This one is of a single member, commits nothing and is deleted in the end: places are the reader's own,
 * and are sought again whenever the group is joined anew, since then the library forgets them.
 */
export async function readResults(reading: ResultsReading): Promise<void> {
  const { kafka, topic, from, onMessages, signal } = reading
  const groupId = `${topic}-reader-${randomUUID()}`
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    minBytes: 1,
    maxWaitTimeInMs: MAX_WAIT_MS,
    // It would begin anew from the oldest record: the caller knows better where to go on.
    retry: { restartOnFailure: () => Promise.resolve(false) },
  })
  const ended = Promise.withResolvers<unknown>()
  let next = from
  let isOver = false
  let hasLeft = false

  const take = ({ batch }: EachBatchPayload) => {
    // Of a consumer that could not be let go of in order.
    if (isOver) return
    const first = Number(batch.messages[0]?.offset)
    // No record of the topic is ever missing in between: there are no transactions, and nothing is compacted.
    if (first !== next) ended.resolve(new PositionGone(`Expected the record ${next} of ${topic}, found ${first}.`))
    if (first !== next || signal.aborted) return
    next = Number(batch.lastOffset()) + 1
    try {
      onMessages(batch.messages)
    } catch (fault) {
      // Thrown here it would be repeated by the library, with a batch that was taken already.
      ended.resolve(fault)
    }
  }
  consumer.on(consumer.events.GROUP_JOIN, () =>
    consumer.seek({ topic, partition: RESULTS_PARTITION, offset: String(next) }),
  )
  consumer.on(consumer.events.CRASH, ({ payload }) => ended.resolve(payload.error))
  const stop = () => ended.resolve(undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    await consumer.connect()
    // From the beginning: where the place sought is gone, the records must show it, instead of being passed over to the newest.
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: (payload) => {
        take(payload)
        return Promise.resolve()
      },
    })
    if (signal.aborted) stop()
    const fault = await ended.promise
    if (fault !== undefined) throw fault
  } finally {
    isOver = true
    signal.removeEventListener('abort', stop)
    hasLeft = await leaveGroup(consumer, groupId, reading.logger)
  }
  // Not after a fault: the broker may be away, and the caller wants to read on as soon as it is back.
  if (hasLeft) await forgetGroup(reading.admin, groupId, reading.logger)
}
