import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventBus, EventConsumer } from '../../src/bus/eventBus.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'

export interface BusUnderTest {
  readonly bus: EventBus
  /** Makes the events of streams reach the bus, in this order: ['order-1', 1] is version 1 of order 1. */
  append(events: readonly (readonly [streamId: string, version: number])[]): Promise<void>
  close(): Promise<void>
}

const never = new AbortController().signal

/** What every event bus has to do, whatever it is made of. open: a bus over an empty log. */
export function describeEventBus(name: string, open: () => Promise<BusUnderTest>): void {
  describe(`${name} as an event bus`, () => {
    let under: BusUnderTest
    const consumers: EventConsumer[] = []
    const join = async (group = 'group') => {
      const consumer = await under.bus.subscribe(group)
      consumers.push(consumer)
      return consumer
    }
    beforeEach(async () => {
      under = await open()
    })
    afterEach(async () => {
      await Promise.all(consumers.splice(0).map((consumer) => consumer.close()))
      await under.close()
    })

    it('hands out the oldest event first, at most as many as asked for', async () => {
      await under.append([
        ['order-1', 1],
        ['order-2', 1],
        ['order-1', 2],
      ])
      const consumer = await join()
      expect(told(await take(consumer, 3, 2))).toEqual(['order-1 1', 'order-2 1', 'order-1 2'])
    })

    it('waits for the first event', async () => {
      const consumer = await join()
      const slice = consumer.next(10, never)
      await expect(Promise.race([slice, delay(50, 'nothing yet')])).resolves.toBe('nothing yet')
      await under.append([['order-1', 1]])
      expect(told((await slice)?.events ?? [])).toEqual(['order-1 1'])
    })

    it('ends a wait when the signal aborts, or when the consumer is closed', async () => {
      const consumer = await join()
      const stop = new AbortController()
      const aborted = consumer.next(10, stop.signal)
      stop.abort()
      await expect(aborted).resolves.toBeUndefined()
      const closed = consumer.next(10, never)
      await consumer.close()
      await expect(closed).resolves.toBeUndefined()
      await expect(consumer.next(10, never)).resolves.toBeUndefined()
    })

    it('goes on behind what was committed, and hands out again what was not', async () => {
      await under.append([
        ['order-1', 1],
        ['order-1', 2],
        ['order-1', 3],
      ])
      const first = await join()
      const slice = await first.next(1, never)
      if (slice) await first.commit(slice)
      await take(first, 2, 10)
      await first.close()
      expect(told(await take(await join(), 2, 10))).toEqual(['order-1 2', 'order-1 3'])
    })

    it('INV-5 CHECKPOINT: an older slice committed late does not move the group back', async () => {
      await under.append([
        ['order-1', 1],
        ['order-1', 2],
        ['order-1', 3],
      ])
      const first = await join()
      const [older, newer] = [await first.next(1, never), await first.next(1, never)]
      if (newer) await first.commit(newer)
      if (older) await first.commit(older)
      await first.close()
      expect(told(await take(await join(), 1, 10))).toEqual(['order-1 3'])
    })

    it('gives every group everything', async () => {
      await under.append([
        ['order-1', 1],
        ['product-1', 1],
      ])
      expect(told(await take(await join('one'), 2, 10))).toEqual(['order-1 1', 'product-1 1'])
      expect(told(await take(await join('other'), 2, 10))).toEqual(['order-1 1', 'product-1 1'])
    })

    it('lets another consumer of the group take over from one that leaves', async () => {
      const first = await join()
      await under.append([['order-1', 1]])
      const slice = await first.next(10, never)
      const second = await join()
      const waiting = second.next(10, never)
      await expect(Promise.race([waiting, delay(50, 'stands by')])).resolves.toBe('stands by')
      if (slice) await first.commit(slice)
      await first.close()
      await under.append([['order-1', 2]])
      expect(told((await waiting)?.events ?? [])).toEqual(['order-1 2'])
    })

    it('INV-4 STREAM-ORDER: hands out the events of a stream by version while others are appended', async () => {
      const consumer = await join()
      const appended = (async () => {
        for (let version = 1; version <= 40; version += 1) {
          await under.append([
            ['order-1', version],
            ['order-2', version],
            ['customer-1', version],
          ])
        }
      })()
      const events = await take(consumer, 120, 7)
      await appended
      for (const streamId of ['order-1', 'order-2', 'customer-1']) {
        const versions = events.filter((event) => event.streamId === streamId).map((event) => event.streamVersion)
        expect(versions).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
      }
    })
  })
}

/** Takes slices until there are `count` events. */
async function take(consumer: EventConsumer, count: number, limit: number): Promise<readonly EventEnvelope[]> {
  const events: EventEnvelope[] = []
  while (events.length < count) {
    const slice = await consumer.next(limit, AbortSignal.timeout(10_000))
    if (!slice) throw new Error(`Expected ${count} events within 10 s, found ${events.length}.`)
    expect(slice.events.length).toBeGreaterThan(0)
    expect(slice.events.length).toBeLessThanOrEqual(limit)
    events.push(...slice.events)
  }
  return events
}

function told(events: readonly EventEnvelope[]): readonly string[] {
  return events.map(({ streamId, streamVersion }) => `${streamId} ${streamVersion}`)
}
