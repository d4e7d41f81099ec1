import { randomUUID } from 'node:crypto'
import type { Admin, Kafka } from 'kafkajs'
import type { Logger } from 'pino'
import { installationTopic } from '../../contract/topics.js'
import { ForeignInstallation, orUnavailable, UnusableTopics } from './kafkaFaults.js'
import { connectedProducer } from './producers.js'
import { readFirstMessage } from './readFirstMessage.js'

/** Who the topics belong to: the first message of the installation topic. Later ones lost a race and mean nothing. */
interface Claim {
  readonly installationId: string
  /** Of these very topics: made anew, on another cluster or after they were deleted, they get another one. */
  readonly topicsId: string
}

/**
 * Claims the topics under `prefix` for this installation, where nobody has. Returns the id of the topics.
 * Throws BusUnavailable, ForeignInstallation, UnusableTopics.
 */
export async function claimTopics(parts: {
  readonly kafka: Kafka
  /** Connected. */
  readonly admin: Admin
  readonly prefix: string
  readonly installationId: string
  readonly logger: Logger
}): Promise<string> {
  const { kafka, admin, prefix, installationId, logger } = parts
  const topic = installationTopic(prefix)
  const claim = await orUnavailable('The owner of the topics could not be read', async () => {
    const [partition] = await admin.fetchTopicOffsets(topic)
    if (partition?.high === '0') await publish(kafka, topic, { installationId, topicsId: randomUUID() }, logger)
    // Read back in any case: of two that claim at once, both have to find the same winner.
    return parseClaim(await readFirstMessage(kafka, admin, topic, logger))
  })
  if (!claim) {
    throw new UnusableTopics(
      `Expected the first message of the topic ${topic} to name an installation, found something else: set another KAFKA_PREFIX.`,
    )
  }
  if (claim.installationId !== installationId) {
    throw new ForeignInstallation(topic, installationId, claim.installationId)
  }
  return claim.topicsId
}

async function publish(kafka: Kafka, topic: string, claim: Claim, logger: Logger): Promise<void> {
  const producer = await connectedProducer(kafka, logger)
  try {
    await producer.send({ topic, acks: -1, messages: [{ value: JSON.stringify(claim) }] })
  } finally {
    await producer.disconnect()
  }
}

function parseClaim(value: Buffer | null): Claim | undefined {
  try {
    const { installationId, topicsId } = JSON.parse(value?.toString() ?? '') as Partial<Claim>
    return typeof installationId === 'string' && typeof topicsId === 'string' ? { installationId, topicsId } : undefined
  } catch {
    // No JSON, so none of ours: the caller says what to do, without quoting it.
    return undefined
  }
}
