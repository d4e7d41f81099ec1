import type { Admin, Kafka } from 'kafkajs'
import type { Logger } from 'pino'
import type { EventEnvelope } from '../../contract/eventEnvelope.js'
import type { GlobalPosition } from '../../contract/globalPosition.js'
import { eventTopics } from '../../contract/topics.js'
import { createKafka, type KafkaSettings } from '../../kafka/kafkaClient.js'
import { within } from '../../waiting/within.js'
import type { CheckpointStore } from '../checkpointStore.js'
import type { ConsumerGroups } from '../consumerGroups.js'
import type { EventBus, EventConsumer, GroupPart } from '../eventBus.js'
import { type EventPublisher, relayGroup } from '../eventPublisher.js'
import { groupParts } from './groupParts.js'
import { groupProgress } from './groupProgress.js'
import { KafkaConsumer } from './kafkaConsumer.js'
import { KafkaConsumerGroups } from './kafkaConsumerGroups.js'
import { KafkaEventPublisher } from './kafkaEventPublisher.js'
import { orUnavailable } from './kafkaFaults.js'
import { newestEvents } from './newestEvents.js'
import { claimTopics } from './ownership.js'
import { ensureTopics } from './topicSetup.js'

const PROBE_TIMEOUT_MS = 2_000
const UNREAD_OFFSETS = 'The offsets of the consumer group could not be read'

export interface KafkaBusOptions {
  readonly kafka: KafkaSettings
  readonly installationId: string
  /** Of the log that the topics are filled from. Default: the installation's id, as of a log that was never restored. */
  readonly historyId?: string
  /** Where the relays keep how far they have published. */
  readonly checkpoints: CheckpointStore
  readonly logger: Logger
}

/**
 * Makes and claims the topics where nobody has, and opens the bus on them.
 * Throws BusUnavailable; UnusableTopics where they are others', of an earlier history of the log, or made otherwise than configured.
 */
export async function openKafkaBus(options: KafkaBusOptions): Promise<KafkaBus> {
  const { kafka: settings, installationId, historyId = installationId, logger } = options
  const kafka = createKafka(settings, logger)
  const admin = kafka.admin()
  try {
    await orUnavailable(`No broker of ${settings.brokers.join(', ')} could be reached`, () => admin.connect())
    await ensureTopics(admin, settings)
    const topicsId = await claimTopics({
      kafka,
      admin,
      prefix: settings.prefix,
      log: { installationId, historyId },
      logger,
    })
    return new KafkaBus(options, kafka, admin, topicsId)
  } catch (error) {
    await admin.disconnect()
    throw error
  }
}

/**
 * The event bus of the cluster profile: a topic for each category of streams, key = stream id, so that a stream stays in one partition and in order.
 * Events of different streams may overtake each other.
 */
export class KafkaBus implements EventBus {
  readonly groups: ConsumerGroups
  readonly #options: KafkaBusOptions
  readonly #kafka: Kafka
  readonly #admin: Admin
  readonly #topicsId: string
  readonly #consumers = new Set<EventConsumer>()

  /** admin: connected; closed with the bus. */
  constructor(options: KafkaBusOptions, kafka: Kafka, admin: Admin, topicsId: string) {
    this.#options = options
    this.#kafka = kafka
    this.#admin = admin
    this.#topicsId = topicsId
    this.groups = new KafkaConsumerGroups(kafka, admin, options.kafka.prefix, this.#topics)
  }

  async subscribe(group: string): Promise<EventConsumer> {
    const { installationId, logger } = this.#options
    const consumer = await KafkaConsumer.join({
      kafka: this.#kafka,
      groupId: this.#groupIdOf(group),
      topics: this.#topics,
      installationId,
      logger,
      onClosed: (closed) => this.#consumers.delete(closed),
    })
    this.#consumers.add(consumer)
    return consumer
  }

  async progress(group: string): Promise<GlobalPosition> {
    const published = await this.#published()
    return orUnavailable(UNREAD_OFFSETS, () =>
      groupProgress(this.#admin, this.#groupIdOf(group), this.#topics, published),
    )
  }

  async parts(group: string): Promise<readonly GroupPart[]> {
    const { prefix } = this.#options.kafka
    const published = await this.#published()
    return orUnavailable(UNREAD_OFFSETS, () => groupParts(this.#admin, this.#groupIdOf(group), prefix, published))
  }

  /** Of each partition the last message, where that is an event of ours. Throws BusUnavailable. */
  newestEvents(): Promise<readonly EventEnvelope[]> {
    const { installationId, logger } = this.#options
    const topics = { kafka: this.#kafka, admin: this.#admin, topics: this.#topics, logger }
    return orUnavailable('The newest events could not be read', () => newestEvents(topics, installationId))
  }

  /** For a relay; the caller closes it. */
  publisher(): EventPublisher {
    const { kafka: settings, installationId, logger } = this.#options
    return new KafkaEventPublisher({
      kafka: this.#kafka,
      prefix: settings.prefix,
      installationId,
      destination: this.#topicsId,
      logger,
    })
  }

  async isReachable(): Promise<boolean> {
    try {
      await within(PROBE_TIMEOUT_MS, this.#admin.describeCluster())
      return true
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'Kafka does not answer')
      return false
    }
  }

  /** Closes its consumers first, so that their offsets are committed. */
  async close(): Promise<void> {
    const closings = await Promise.allSettled([...this.#consumers].map((consumer) => consumer.close()))
    await this.#admin.disconnect()
    const failed = closings.find((closing) => closing.status === 'rejected')
    if (failed) throw failed.reason
  }

  #published(): Promise<GlobalPosition> {
    return this.#options.checkpoints.load(relayGroup(this.#topicsId))
  }

  get #topics(): readonly string[] {
    return eventTopics(this.#options.kafka.prefix)
  }

  #groupIdOf(group: string): string {
    return `${this.#options.kafka.prefix}${group}`
  }
}
