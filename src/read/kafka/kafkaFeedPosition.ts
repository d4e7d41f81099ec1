import type { FeedPosition } from '../announcementFeed.js'

/**
 * A place in the topic as text: `k1:<offset>.<timestamp>`, both in base 36.
 *
 * The timestamp is the record's own, the same for every reader. It sets the records of a topic apart from those of one that was made anew
 * under the same name, whose offsets begin again: a cursor of the old topic is not found among the new records, and so expires.
 */
const FORM = /^k1:(-1|[0-9a-z]{1,11})\.([0-9a-z]{1,11})$/

/** offset: of the last record seen, -1 before the first. timestamp: of that record, in milliseconds; 0 where there is none. */
export function kafkaFeedPosition(offset: number, timestamp: number): FeedPosition {
  return `k1:${offset.toString(36)}.${timestamp.toString(36)}` as FeedPosition
}

/** The offset of the last record seen. Throws TypeError on a position that this feed did not give out. */
export function offsetIn(position: FeedPosition): number {
  const offset = Number.parseInt(FORM.exec(position)?.[1] ?? '', 36)
  if (!Number.isSafeInteger(offset)) throw new TypeError('Expected a position of the Kafka feed, found another text.')
  return offset
}
