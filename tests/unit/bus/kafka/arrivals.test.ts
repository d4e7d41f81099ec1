import { expect, it } from 'vitest'
import { type Arrival, Arrivals } from '../../../../src/bus/kafka/arrivals.js'

function arrivals(from: number, count: number): Arrival[] {
  return Array.from({ length: count }, (_, index) => ({
    topic: 'topic',
    partition: 0,
    offset: from + index,
    event: undefined,
  }))
}

it('gives what has come, in order, each once', () => {
  const queue = new Arrivals()
  queue.add(arrivals(0, 3))
  queue.add(arrivals(3, 7_000))
  const taken: Arrival[] = []
  for (let some = queue.take(999); some.length > 0; some = queue.take(999)) taken.push(...some)
  expect(taken).toEqual(arrivals(0, 7_003))
  expect(queue.take(1)).toEqual([])
})

it('INV-20 BOUNDED: has no room until enough has been taken, and wakes who waits for it', async () => {
  const queue = new Arrivals()
  queue.add(arrivals(0, 5_001))
  expect(queue.hasRoom).toBe(false)
  const room = queue.room(60_000)
  queue.take(1)
  expect(queue.hasRoom).toBe(false)
  queue.take(1)
  await room
  expect(queue.hasRoom).toBe(true)
})

it('waits for room no longer than it is told to', async () => {
  const queue = new Arrivals()
  queue.add(arrivals(0, 5_001))
  await queue.room(1)
  expect(queue.hasRoom).toBe(false)
})
