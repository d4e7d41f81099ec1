import type { Admin } from 'kafkajs'
import {
  compareGlobalPositions,
  type GlobalPosition,
  parsePositionText,
  START_OF_LOG,
} from '../../contract/globalPosition.js'

/**
 * How far a consumer group has come in the log, which partitions read at different speeds can't say by themselves.
 *
 * published: how far the log has been published to these topics, as known before this call.
 *
 * A partition whose messages are all committed holds nothing back. One that has more to read has committed everything up to the position that
 * was committed with its offset, since a relay publishes in the order of the log; repeats in between only make that position lower.
 * Rejects with kafkajs's errors.
 */
export async function groupProgress(
  admin: Admin,
  groupId: string,
  topics: readonly string[],
  published: GlobalPosition,
): Promise<GlobalPosition> {
  const ends = await Promise.all(
    topics.map(async (topic) => {
      const partitions = await admin.fetchTopicOffsets(topic)
      return [topic, new Map(partitions.map(({ partition, high }) => [partition, Number(high)]))] as const
    }),
  )
  const endOf = new Map(ends)
  const committed = await admin.fetchOffsets({ groupId, topics: [...topics] })
  const behind = committed.flatMap(({ topic, partitions }) =>
    partitions.filter(({ partition, offset }) => Math.max(0, Number(offset)) < (endOf.get(topic)?.get(partition) ?? 0)),
  )
  return behind
    .map(({ metadata }) => parsePositionText(metadata ?? '') ?? START_OF_LOG)
    .reduce((lowest, each) => (compareGlobalPositions(each, lowest) < 0 ? each : lowest), published)
}
