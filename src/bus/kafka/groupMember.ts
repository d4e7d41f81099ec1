import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { Logger } from 'pino'
import { leaveGroup } from '../../kafka/leaveGroup.js'
import type { Arrival } from './arrivals.js'
import { readEventMessage } from './eventMessages.js'
import { Heartbeats } from './heartbeats.js'
import { PassedOver } from './passedOver.js'
import { Tenure } from './tenure.js'

/** Without a heartbeat for so long a member is taken for dead, and its partitions go to others. */
const SESSION_TIMEOUT_MS = 10_000
/** A rebalance is noticed by a heartbeat, so this is how long others wait for a member that joins or leaves. */
const HEARTBEAT_INTERVAL_MS = 1_000
const REBALANCE_TIMEOUT_MS = 15_000
/** How long a fetch waits for messages, and with it the end of a consumer. Latency does not depend on it. */
const MAX_WAIT_MS = 500

export interface GroupMemberParts {
  readonly kafka: Kafka
  readonly groupId: string
  readonly topics: readonly string[]
  readonly installationId: string
  readonly logger: Logger
  /** Messages have come, or the group has changed. */
  readonly onChange: () => void
  /** The member is of no use any more: kafkajs has given up. */
  readonly onLost: (cause: unknown) => void
}

/** One life of a kafkajs consumer: from joining the group until it leaves or crashes. */
export class GroupMember {
  readonly #parts: GroupMemberParts
  readonly #consumer: Consumer
  readonly #heartbeats: Heartbeats
  readonly #passedOver: PassedOver
  #tenure: Tenure | undefined
  #former: Tenure | undefined
  #lostBy: { readonly cause: unknown } | undefined

  constructor(parts: GroupMemberParts) {
    this.#parts = parts
    this.#passedOver = new PassedOver(parts.logger)
    this.#consumer = parts.kafka.consumer({
      groupId: parts.groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      minBytes: 1,
      maxWaitTimeInMs: MAX_WAIT_MS,
      retry: {
        // Longer than a session: whoever joins again as another member waits until the broker has given up the first.
        retries: 10,
        // It would begin anew by itself after some crashes and stay down after others. Here it never does, and the owner always begins anew.
        restartOnFailure: () => Promise.resolve(false),
      },
    })
    this.#heartbeats = new Heartbeats(this.#consumer, SESSION_TIMEOUT_MS)
    const { GROUP_JOIN, REBALANCING, CRASH } = this.#consumer.events
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#joined(Object.values(payload.memberAssignment).flat().length))
    this.#consumer.on(REBALANCING, () => this.#rebalancing())
    this.#consumer.on(CRASH, ({ payload }) => this.#lost(payload.error))
  }

  /** What it has now; undefined while the group is rebalanced and after the end. */
  get tenure(): Tenure | undefined {
    return this.#tenure
  }

  /** False when the group may have given its partitions to others without its knowledge. */
  get alive(): boolean {
    return this.#heartbeats.fresh
  }

  /** Returns when it has joined. Rejects with kafkajs's errors, also those by which it crashed meanwhile; it is to be left in any case. */
  async join(): Promise<void> {
    await this.#consumer.connect()
    // From the beginning: a group that has no offset yet, or an offset that is gone, must not pass events over.
    await this.#consumer.subscribe({ topics: [...this.#parts.topics], fromBeginning: true })
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#take(payload),
    })
    if (this.#lostBy) throw this.#lostBy.cause
  }

  /** Set once it is of no use any more. */
  get lostBy(): { readonly cause: unknown } | undefined {
    return this.#lostBy
  }

  /** Leaves the group at once, so that others need not wait for the session timeout. Never rejects. */
  async leave(): Promise<void> {
    this.#end()
    await leaveGroup(this.#consumer, this.#parts.groupId, this.#parts.logger)
  }

  #joined(partitions: number): void {
    const { groupId, logger, onChange } = this.#parts
    this.#end()
    this.#tenure = new Tenure(partitions, logger)
    logger.info({ groupId, partitions }, 'Joined the consumer group')
    onChange()
  }

  /** What is written may still be committed, in the generation that ends; what is not is handed out again. */
  #rebalancing(): void {
    const { groupId, logger, onChange } = this.#parts
    // Said again, without a joining in between, where the joining fails: the former one is not to be forgotten then, it still has to be ended.
    if (!this.#tenure) return
    this.#former = this.#tenure
    this.#tenure = undefined
    this.#former.offsets
      .flush()
      .catch((error: unknown) => logger.debug({ groupId, err: error }, 'The last offsets came too late for the group'))
    onChange()
  }

  #lost(cause: unknown): void {
    this.#end()
    this.#lostBy = { cause }
    this.#parts.onLost(cause)
  }

  #end(): void {
    this.#former?.offsets.abandon()
    this.#tenure?.offsets.abandon()
    this.#tenure = undefined
  }

  async #take({ batch, heartbeat, resolveOffset, commitOffsetsIfNecessary, isRunning }: EachBatchPayload) {
    const tenure = this.#tenure
    const isOver = () => !tenure || tenure !== this.#tenure || !isRunning()
    while (tenure && !tenure.arrivals.hasRoom && !isOver()) {
      await tenure.arrivals.room(HEARTBEAT_INTERVAL_MS)
      // Throws when the group is rebalanced, which ends this batch as well.
      await heartbeat()
    }
    if (!tenure || isOver()) return
    tenure.arrivals.add(this.#read(batch))
    tenure.commitBy(commitOffsetsIfNecessary)
    resolveOffset(batch.lastOffset())
    this.#parts.onChange()
  }

  #read({ topic, partition, messages }: EachBatchPayload['batch']): readonly Arrival[] {
    return messages.map((message): Arrival => {
      const read = readEventMessage(message, this.#parts.installationId)
      const place = { topic, partition, offset: Number(message.offset) }
      if (read.kind === 'event') return { ...place, event: read.event }
      this.#passedOver.tell(read, place)
      return { ...place, event: undefined }
    })
  }
}
