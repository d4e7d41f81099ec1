import type { Admin } from 'kafkajs'
import { StoreUnavailable } from '../documentStore.js'

/**
 * All announcements go through one partition.
 *
 * Every gateway reads all of them, so that more partitions would not divide the work of anybody. What they would cost is the one order: each
 * replica would merge them differently, a cursor would be a set of offsets, and rings could agree on no more than a part of their content.
 * One partition takes some ten thousand announcements a second, more than the projectors of a cluster write documents.
 */
export const RESULTS_PARTITION = 0

const RETENTION_MS = 24 * 60 * 60 * 1_000

/** The topic is there, and is not what this feed can work with. Not retriable: somebody has to decide. */
export class UnusableResultsTopic extends Error {
  override readonly name = 'UnusableResultsTopic'
}

/** Makes the topic where it is missing. replicationFactor: -1 for the broker's default. Throws StoreUnavailable, UnusableResultsTopic. */
export async function ensureResultsTopic(admin: Admin, topic: string, replicationFactor: number): Promise<void> {
  try {
    // Several processes may start at once: createTopics answers false to all but one.
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic,
          numPartitions: 1,
          replicationFactor,
          configEntries: [
            { name: 'cleanup.policy', value: 'delete' },
            { name: 'retention.ms', value: String(RETENTION_MS) },
          ],
        },
      ],
    })
  } catch (cause) {
    throw new StoreUnavailable(`The topic ${topic} could not be made.`, { cause })
  }
  const found = await partitionsOf(admin, topic)
  if (found === 1) return
  throw new UnusableResultsTopic(
    `Expected the topic ${topic} to have 1 partition, found ${found}: announcements need one order. Delete the topic, which keeps nothing but the announcements of a day, or set another KAFKA_PREFIX.`,
  )
}

async function partitionsOf(admin: Admin, topic: string): Promise<number> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return topics[0]?.partitions.length ?? 0
  } catch (cause) {
    throw new StoreUnavailable(`The topic ${topic} could not be looked at.`, { cause })
  }
}
