import type { Admin, Kafka } from 'kafkajs'
import { type ConsumerGroups, GroupInUse } from '../consumerGroups.js'
import { orUnavailable } from './kafkaFaults.js'

interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  /** -1 where the group has committed none. */
  readonly offset: string
  readonly metadata: string | null
}

export class KafkaConsumerGroups implements ConsumerGroups {
  readonly #kafka: Kafka
  readonly #admin: Admin
  readonly #prefix: string
  readonly #topics: readonly string[]

  /** admin: connected. */
  constructor(kafka: Kafka, admin: Admin, prefix: string, topics: readonly string[]) {
    this.#kafka = kafka
    this.#admin = admin
    this.#prefix = prefix
    this.#topics = topics
  }

  async isEmpty(group: string): Promise<boolean> {
    const { groups } = await orUnavailable('The consumer group could not be described', () =>
      this.#admin.describeGroups([this.#prefix + group]),
    )
    return groups.every(({ members }) => members.length === 0)
  }

  async moveTo(group: string, model: string): Promise<void> {
    if (!(await this.isEmpty(group))) throw new GroupInUse(group)
    const [from, to] = await Promise.all([this.#offsets(group), this.#offsets(model)])
    // Where the model has committed nothing, what the group has is taken back to the beginning, as the model would begin.
    const moved = to.flatMap((each) => {
      if (Number(each.offset) >= 0) return [each]
      const has = from.some(({ topic, partition, offset }) => isSame(each, topic, partition) && Number(offset) > 0)
      return has ? [{ ...each, offset: '0', metadata: null }] : []
    })
    if (moved.length > 0) await this.#commitAsMember(group, moved)
  }

  async hasReached(group: string, model: string): Promise<boolean> {
    const [offsets, expected] = await Promise.all([this.#offsets(group), this.#offsets(model)])
    return expected.every(
      ({ topic, partition, offset }) =>
        Number(offset) <= Math.max(0, ...offsets.filter((each) => isSame(each, topic, partition)).map(toNumber)),
    )
  }

  async forget(group: string): Promise<void> {
    if (!(await this.isEmpty(group))) throw new GroupInUse(group)
    await orUnavailable('The consumer group could not be deleted', async () => {
      const known = await this.#admin.listGroups()
      const groupId = this.#prefix + group
      if (known.groups.some((each) => each.groupId === groupId)) await this.#admin.deleteGroups([groupId])
    })
  }

  async #offsets(group: string): Promise<readonly PartitionOffset[]> {
    const found = await orUnavailable('The offsets of the consumer group could not be read', () =>
      this.#admin.fetchOffsets({ groupId: this.#prefix + group, topics: [...this.#topics] }),
    )
    return found.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset, metadata }) => ({ topic, partition, offset, metadata })),
    )
  }

  /** The library's admin sets offsets without what is committed with them, by which a group's progress in the log is told. A member may say both. */
  async #commitAsMember(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    const consumer = this.#kafka.consumer({
      groupId: this.#prefix + group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 20,
      retry: { restartOnFailure: () => Promise.resolve(false) },
    })
    await orUnavailable('The consumer group could not be moved', async () => {
      try {
        await consumer.connect()
        await consumer.subscribe({ topics: [...this.#topics], fromBeginning: true })
        await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: () => Promise.resolve() })
        await consumer.commitOffsets(offsets.map((each) => ({ ...each })))
      } finally {
        await consumer.disconnect()
      }
    })
  }
}

function isSame(each: PartitionOffset, topic: string, partition: number): boolean {
  return each.topic === topic && each.partition === partition
}

function toNumber({ offset }: PartitionOffset): number {
  return Number(offset)
}
