import type { Admin, Kafka, KafkaMessage } from 'kafkajs'
import type { Logger } from 'pino'
import type { ProjectionResult } from '../../contract/projectionResult.js'
import { projectionResultsTopic } from '../../contract/topics.js'
import { createKafka, type KafkaSettings } from '../../kafka/kafkaClient.js'
import { isOfKafka } from '../../kafka/libraryErrors.js'
import { pause } from '../../waiting/pause.js'
import { within } from '../../waiting/within.js'
import {
  type FeedItem,
  type FeedPosition,
  type FeedTail,
  type OpenedAnnouncementFeed,
  PositionGone,
} from '../announcementFeed.js'
import { StoreUnavailable } from '../documentStore.js'
import { isLaterInTopic, kafkaFeedPosition, offsetIn } from './kafkaFeedPosition.js'
import { readResults } from './readResults.js'
import { type ReadResult, readMessage, toMessage } from './resultMessages.js'
import { ResultPublisher } from './resultPublisher.js'
import { ensureResultsTopic, RESULTS_PARTITION } from './resultsTopic.js'

/** Between two attempts to follow, when the broker is away for longer than kafkajs tries by itself. */
const RETRY_MS = 500
/** Of reading the newest ones, at a start. */
const LATEST_TIMEOUT_MS = 30_000
const PROBE_TIMEOUT_MS = 2_000

export interface KafkaAnnouncementFeedParts {
  readonly kafka: Kafka
  readonly prefix: string
  /** -1: the broker's default. */
  readonly replicationFactor: number
  readonly installationId: string
  readonly logger: Logger
}

/** Opens the feed under this prefix. Throws StoreUnavailable, UnusableResultsTopic. */
export function openKafkaAnnouncementFeed({
  kafka: settings,
  installationId,
  logger,
}: {
  readonly kafka: KafkaSettings
  readonly installationId: string
  readonly logger: Logger
}): Promise<OpenedAnnouncementFeed> {
  const { prefix, replicationFactor } = settings
  const kafka = createKafka(settings, logger)
  return KafkaAnnouncementFeed.open({ kafka, prefix, replicationFactor, installationId, logger })
}

/** The feed as a Kafka topic of one partition (resultsTopic.ts says why), kept for a day. A position is a record's offset and timestamp. */
export class KafkaAnnouncementFeed implements OpenedAnnouncementFeed {
  readonly #kafka: Kafka
  readonly #admin: Admin
  readonly #topic: string
  readonly #installationId: string
  readonly #logger: Logger
  readonly #publisher: ResultPublisher
  readonly #warned = new Set<ReadResult['kind']>()

  private constructor({ kafka, prefix, installationId, logger }: KafkaAnnouncementFeedParts, admin: Admin) {
    this.#kafka = kafka
    this.#admin = admin
    this.#topic = projectionResultsTopic(prefix)
    this.#installationId = installationId
    this.#logger = logger
    this.#publisher = new ResultPublisher(kafka, this.#topic, logger)
  }

  /** Makes the topic where it is missing. Throws StoreUnavailable, UnusableResultsTopic. */
  static async open(parts: KafkaAnnouncementFeedParts): Promise<KafkaAnnouncementFeed> {
    const admin = parts.kafka.admin()
    const feed = new KafkaAnnouncementFeed(parts, admin)
    try {
      await orUnavailable('No broker of KAFKA_BROKERS answers.', () => admin.connect())
      await ensureResultsTopic(admin, feed.#topic, parts.replicationFactor)
      return feed
    } catch (error) {
      await feed.close()
      throw error
    }
  }

  async publish(results: readonly ProjectionResult[]): Promise<void> {
    if (results.length === 0) return
    await this.#publisher.publish(results.map((result) => toMessage(result, this.#installationId)))
  }

  async latest(count: number): Promise<FeedTail> {
    const { low, high } = await this.#bounds()
    const last = high - 1
    const items: FeedItem[] = []
    let end = kafkaFeedPosition(last, 0)
    const from = Math.max(low, high - count)
    // By the records, not by the items: some of them may be passed over.
    const isWhole = from === low
    if (from > last) return { items, end, isWhole }

    const complete = new AbortController()
    const onMessages = (messages: readonly KafkaMessage[]) => {
      const wanted = messages.filter(({ offset }) => Number(offset) <= last)
      items.push(...this.#itemsOf(wanted))
      const newest = wanted.at(-1)
      if (newest) end = positionOf(newest)
      if (Number(newest?.offset) === last) complete.abort()
    }
    const signal = AbortSignal.any([complete.signal, AbortSignal.timeout(LATEST_TIMEOUT_MS)])
    await orUnavailable('The newest announcements could not be read.', () => this.#read(from, onMessages, signal))
    if (complete.signal.aborted) return { items, end, isWhole }
    throw new StoreUnavailable(`The newest announcements were not there within ${LATEST_TIMEOUT_MS} ms.`)
  }

  async follow(after: FeedPosition, onItems: (items: readonly FeedItem[]) => void, signal: AbortSignal): Promise<void> {
    let next = offsetIn(after) + 1
    const onMessages = (messages: readonly KafkaMessage[]) => {
      next = Number(messages.at(-1)?.offset) + 1
      const items = this.#itemsOf(messages)
      if (items.length > 0) onItems(items)
    }
    while (!signal.aborted) {
      try {
        await this.#read(next, onMessages, signal)
      } catch (error) {
        if (!isOfKafka(error)) throw error
        this.#logger.warn({ err: error, next }, 'The feed of announcements was interrupted; it is followed again')
        await pause(RETRY_MS, signal)
      }
    }
  }

  isLater(position: FeedPosition, other: FeedPosition): boolean {
    return isLaterInTopic(position, other)
  }

  async isReachable(): Promise<boolean> {
    try {
      await within(PROBE_TIMEOUT_MS, this.#bounds())
      return true
    } catch (error) {
      this.#logger.warn({ err: error }, 'The feed of announcements does not answer')
      return false
    }
  }

  async close(): Promise<void> {
    await this.#publisher.close()
    await this.#admin.disconnect()
  }

  #read(from: number, onMessages: (messages: readonly KafkaMessage[]) => void, signal: AbortSignal): Promise<void> {
    const [kafka, admin, topic, logger] = [this.#kafka, this.#admin, this.#topic, this.#logger]
    return readResults({ kafka, admin, topic, from, onMessages, signal, logger })
  }

  /** low: the oldest record that is kept. high: behind the newest. */
  async #bounds(): Promise<{ readonly low: number; readonly high: number }> {
    const offsets = await orUnavailable('The topic of announcements could not be looked at.', () =>
      this.#admin.fetchTopicOffsets(this.#topic),
    )
    const bounds = offsets.find(({ partition }) => partition === RESULTS_PARTITION)
    if (!bounds) throw new StoreUnavailable(`The topic ${this.#topic} has no partition just now.`)
    return { low: Number(bounds.low), high: Number(bounds.high) }
  }

  #itemsOf(messages: readonly KafkaMessage[]): readonly FeedItem[] {
    return messages.flatMap((message) => {
      const read = readMessage(message, this.#installationId)
      if (read.kind === 'result') return [{ result: read.result, position: positionOf(message) }]
      this.#warnOnce(read, message.offset)
      return []
    })
  }

  /** Once, since a neighbour that writes here writes a lot. */
  #warnOnce(read: Exclude<ReadResult, { kind: 'result' }>, offset: string): void {
    if (this.#warned.has(read.kind)) return
    this.#warned.add(read.kind)
    const at = { topic: this.#topic, offset }
    if (read.kind === 'unreadable') {
      this.#logger.error(at, 'Announcements that this release cannot read are passed over')
    } else {
      this.#logger.error(
        { ...at, installationId: read.installationId },
        'Announcements of another installation are passed over: set a KAFKA_PREFIX for each installation',
      )
    }
  }
}

function positionOf({ offset, timestamp }: KafkaMessage): FeedPosition {
  return kafkaFeedPosition(Number(offset), Number(timestamp))
}

async function orUnavailable<Answer>(message: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (cause) {
    if (isOfKafka(cause) || cause instanceof PositionGone) throw new StoreUnavailable(message, { cause })
    throw cause
  }
}
