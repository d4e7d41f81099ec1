import { type Admin, Partitioners } from 'kafkajs'
import { type GlobalPosition, parsePositionText, START_OF_LOG } from '../../contract/globalPosition.js'
import { STREAM_CATEGORIES } from '../../contract/streams.js'
import { eventTopic } from '../../contract/topics.js'
import type { GroupPart } from '../eventBus.js'

/**
 * A part for each partition, and one for what the relays have still to publish. published: how far they have come.
 * admin: connected. Rejects with kafkajs's errors.
 */
export async function groupParts(
  admin: Admin,
  groupId: string,
  prefix: string,
  published: GlobalPosition,
): Promise<readonly GroupPart[]> {
  const topics = STREAM_CATEGORIES.map((category) => ({ category, topic: eventTopic(prefix, category) }))
  const offsets = await admin.fetchOffsets({ groupId, topics: topics.map(({ topic }) => topic) })
  const parts = topics.map(async ({ category, topic }): Promise<readonly GroupPart[]> => {
    const committed = new Map(
      offsets.find((each) => each.topic === topic)?.partitions.map((each) => [each.partition, each]),
    )
    const ends = await admin.fetchTopicOffsets(topic)
    return ends
      .toSorted((a, b) => a.partition - b.partition)
      .map(({ partition, low, high }) => {
        const { offset = '-1', metadata } = committed.get(partition) ?? {}
        return {
          name: `${topic}/${partition}`,
          committed: parsePositionText(metadata ?? '') ?? START_OF_LOG,
          behind: Math.max(0, Number(high) - Math.max(Number(offset), Number(low))),
          covers: ({ streamId, streamCategory }) =>
            streamCategory === category && partitionOf(streamId, topic, ends.length) === partition,
        }
      })
  })
  return [...(await Promise.all(parts)).flat(), { name: 'relay', committed: published, covers: () => true }]
}

/** As the producer chooses it (producers.ts). */
function partitionOf(streamId: string, topic: string, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }))
  return choose({ topic, partitionMetadata, message: { key: streamId, value: null } })
}

const choose = Partitioners.DefaultPartitioner()
