import { randomUUID } from 'node:crypto'
import type { Admin, Kafka } from 'kafkajs'
import type { Logger } from 'pino'
import type { LogIdentity } from '../../contract/logIdentity.js'
import { eventTopics, installationTopic, projectionResultsTopic } from '../../contract/topics.js'
import { connectedProducer } from '../../kafka/producers.js'
import { EarlierHistory, ForeignInstallation, orUnavailable, UnusableTopics } from './kafkaFaults.js'
import { readMessages } from './readMessages.js'

/** Who the topics belong to: the first message of the installation topic. Later ones lost a race and mean nothing. */
interface Claim extends LogIdentity {
  /** Of these very topics: made anew, on another cluster or after they were deleted, they get another one. */
  readonly topicsId: string
}

/**
 * Claims the topics under `prefix` for this installation, where nobody has. Returns the id of the topics.
 * Throws BusUnavailable, ForeignInstallation, EarlierHistory, UnusableTopics.
 */
export async function claimTopics(parts: {
  readonly kafka: Kafka
  /** Connected. */
  readonly admin: Admin
  readonly prefix: string
  readonly log: LogIdentity
  readonly logger: Logger
}): Promise<string> {
  const { kafka, admin, prefix, log, logger } = parts
  const topic = installationTopic(prefix)
  const claim = await orUnavailable('The owner of the topics could not be read', async () => {
    const [partition] = await admin.fetchTopicOffsets(topic)
    if (partition?.high === '0') await publish(kafka, topic, { ...log, topicsId: randomUUID() }, logger)
    // Read back in any case: of two that claim at once, both have to find the same winner.
    const first = { topic, partition: 0, offset: partition?.low ?? '0' }
    const [message] = await readMessages(kafka, admin, [first], logger)
    return parseClaim(message?.value ?? null)
  })
  if (!claim) {
    throw new UnusableTopics(
      `Expected the first message of the topic ${topic} to name an installation, found something else: set another KAFKA_PREFIX.`,
    )
  }
  if (claim.installationId !== log.installationId) {
    throw new ForeignInstallation(topic, log.installationId, claim.installationId)
  }
  if (claim.historyId !== log.historyId) {
    throw new EarlierHistory([...eventTopics(prefix), projectionResultsTopic(prefix), topic])
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
    const { installationId, topicsId, historyId } = JSON.parse(value?.toString() ?? '') as Partial<Claim>
    if (typeof installationId !== 'string' || typeof topicsId !== 'string') return undefined
    // Claims of early releases name no history: theirs was the first.
    return { installationId, topicsId, historyId: historyId ?? installationId }
  } catch {
    // No JSON, so none of ours: the caller says what to do, without quoting it.
    return undefined
  }
}
