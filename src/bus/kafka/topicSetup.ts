import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { eventTopics, installationTopic } from '../../contract/topics.js'
import type { KafkaSettings } from '../../kafka/kafkaClient.js'
import { KafkaJSError } from '../../kafka/libraryErrors.js'
import { orUnavailable, UnusableTopics } from './kafkaFaults.js'

/** For ever, whatever the broker does with other topics: a new group reads from the first event on. */
const KEPT_FOR_EVER = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
]

/** Ten seconds in all. */
const [MAX_TRIES, RETRY_MS] = [100, 100]

/**
 * Makes the topics of the bus that are missing. admin: connected.
 *
 * Partitions are never added to a topic that is there: a stream's key would point to another one, and its next event could overtake the last.
 * Throws BusUnavailable; UnusableTopics where a topic has another number of partitions than configured.
 */
export async function ensureTopics(admin: Admin, settings: KafkaSettings): Promise<void> {
  const wanted = new Map(eventTopics(settings.prefix).map((topic) => [topic, settings.partitions]))
  wanted.set(installationTopic(settings.prefix), 1)
  await orUnavailable('The topics of the bus could not be made', () => createMissing(admin, wanted, settings))
  const found = await orUnavailable('The topics of the bus could not be looked at', async () => {
    await Promise.all([...wanted.keys()].map((topic) => untilAnswering(admin, topic)))
    return admin.fetchTopicMetadata({ topics: [...wanted.keys()] })
  })
  for (const { name, partitions } of found.topics) {
    const expected = wanted.get(name)
    if (partitions.length === expected) continue
    throw new UnusableTopics(
      `Expected the topic ${name} to have ${expected} partitions, found ${partitions.length}: set KAFKA_PARTITIONS to the number that it was made with, or another KAFKA_PREFIX for new topics.`,
    )
  }
}

async function createMissing(
  admin: Admin,
  wanted: ReadonlyMap<string, number>,
  { replicationFactor }: KafkaSettings,
): Promise<void> {
  const present = new Set(await admin.listTopics())
  const missing = [...wanted].filter(([topic]) => !present.has(topic))
  if (missing.length === 0) return
  // Other processes may be making them at this moment: a topic that is there already is no fault.
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map(([topic, numPartitions]) => ({
      topic,
      numPartitions,
      replicationFactor,
      configEntries: KEPT_FOR_EVER,
    })),
  })
}

/** A topic has leaders in the metadata a little before these know it themselves; until then they refuse what is asked of them. */
async function untilAnswering(admin: Admin, topic: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await admin.fetchTopicOffsets(topic)
      return
    } catch (error) {
      if (!(error instanceof KafkaJSError) || !error.retriable || tries === MAX_TRIES) throw error
      await sleep(RETRY_MS)
    }
  }
}
