import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FeedPosition } from '../../../src/read/announcementFeed.js'
import { isLaterInTopic, kafkaFeedPosition, offsetIn } from '../../../src/read/kafka/kafkaFeedPosition.js'

test('a position gives back its offset, and is another one for another record', () => {
  const place = fc.tuple(
    fc.maxSafeInteger().map((offset) => Math.max(-1, offset)),
    fc.nat(4_102_444_800_000),
  )
  fc.assert(
    fc.property(place, place, (one, other) => {
      expect(offsetIn(kafkaFeedPosition(...one))).toBe(one[0])
      expect(kafkaFeedPosition(...one) === kafkaFeedPosition(...other)).toBe(String(one) === String(other))
    }),
  )
})

test.each(['', '17', 'k1:', 'k1:-2.0', 'k2:5.0', 'k1:5.0.1', 'k1:zzzzzzzzzzz.0'])(
  '"%s" is no position of this feed',
  (text) => {
    expect(() => offsetIn(text as FeedPosition)).toThrow(TypeError)
  },
)

test.each([
  ['the next record', kafkaFeedPosition(8, 1_000), kafkaFeedPosition(7, 1_000), true],
  ['any record, than the beginning of an empty topic', kafkaFeedPosition(0, 1_000), kafkaFeedPosition(-1, 0), true],
  ['the same record', kafkaFeedPosition(7, 1_000), kafkaFeedPosition(7, 1_000), false],
  ['an earlier record', kafkaFeedPosition(6, 1_000), kafkaFeedPosition(7, 1_000), false],
  ['a record of a topic that was made anew since', kafkaFeedPosition(900, 1_000), kafkaFeedPosition(7, 2_000), false],
  ['another text', 'tomorrow' as FeedPosition, kafkaFeedPosition(7, 1_000), false],
  ['a record, than another text', kafkaFeedPosition(7, 1_000), 'yesterday' as FeedPosition, false],
])('later than another position is: %s', (_, position, other, expected) => {
  expect(isLaterInTopic(position, other)).toBe(expected)
})
