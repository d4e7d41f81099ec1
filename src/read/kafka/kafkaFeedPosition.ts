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
  const place = placeIn(position)
  if (!place) throw new TypeError('Expected a position of the Kafka feed, found another text.')
  return place.offset
}

/**
 * Whether the record at `position` comes after the one at `other`. A topic that was made anew begins again with low offsets and later
 * timestamps, so that no place of the old one is later than a place of the new one. False for other texts.
 */
export function isLaterInTopic(position: FeedPosition, other: FeedPosition): boolean {
  const place = placeIn(position)
  const than = placeIn(other)
  return place !== undefined && than !== undefined && place.offset > than.offset && place.timestamp >= than.timestamp
}

function placeIn(position: FeedPosition): { readonly offset: number; readonly timestamp: number } | undefined {
  const [, offsetText = '', timestampText = ''] = FORM.exec(position) ?? []
  const [offset, timestamp] = [Number.parseInt(offsetText, 36), Number.parseInt(timestampText, 36)]
  return Number.isSafeInteger(offset) && Number.isSafeInteger(timestamp) ? { offset, timestamp } : undefined
}
