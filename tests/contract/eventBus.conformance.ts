import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GroupInUse } from '../../src/bus/consumerGroups.js'
import type { EventBus, EventConsumer, EventSlice } from '../../src/bus/eventBus.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { compareGlobalPositions, type GlobalPosition, START_OF_LOG } from '../../src/contract/globalPosition.js'
import { eventually } from '../support/eventually.js'

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

    it('hands out the oldest event of each stream first, at most as many events as asked for', async () => {
      await under.append([
        ['order-1', 1],
        ['order-2', 1],
        ['order-1', 2],
      ])
      const consumer = await join()
      expect(versionsByStream(await take(consumer, 3, 2))).toEqual({ 'order-1': [1, 2], 'order-2': [1] })
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

    it('puts an empty group where another stands, forward and back', async () => {
      const { groups } = under.bus
      await under.append([
        ['order-1', 1],
        ['order-2', 1],
        ['order-1', 2],
      ])
      const model = await join('model')
      await doneWith(model, 3)
      expect(await groups.isEmpty('model')).toBe(false)
      await expect(groups.moveTo('model', 'group')).rejects.toThrow(GroupInUse)
      await model.close()
      await eventually(() => groups.isEmpty('model'))
      expect(await groups.hasReached('group', 'model')).toBe(false)

      await groups.moveTo('group', 'model')
      expect(await groups.hasReached('group', 'model')).toBe(true)
      expect(await under.bus.progress('group')).toEqual(await under.bus.progress('model'))
      await under.append([['order-1', 3]])
      const follower = await join('group')
      expect(told(await doneWith(follower, 1))).toEqual(['order-1 3'])
      await follower.close()
      await eventually(() => groups.isEmpty('group'))

      await groups.moveTo('group', 'model')
      expect(told(await take(await join('group'), 1, 10))).toEqual(['order-1 3'])
    })

    it('forgets an empty group, which then begins at the start', async () => {
      const { groups } = under.bus
      await under.append([['order-1', 1]])
      const first = await join('forgotten')
      await doneWith(first, 1)
      await expect(groups.forget('forgotten')).rejects.toThrow(GroupInUse)
      await first.close()
      await eventually(() => groups.isEmpty('forgotten'))
      await groups.forget('forgotten')
      await groups.forget('forgotten')
      expect(told(await take(await join('forgotten'), 1, 10))).toEqual(['order-1 1'])
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
      const everything = { 'order-1': [1], 'product-1': [1] }
      expect(versionsByStream(await take(await join('one'), 2, 10))).toEqual(everything)
      expect(versionsByStream(await take(await join('other'), 2, 10))).toEqual(everything)
    })

    it('hands each event to one consumer of a group, while none joins or leaves', async () => {
      const members = [await join(), await join()]
      const streams = Array.from({ length: 12 }, (_, index) => `order-${index}`)
      await under.append(streams.map((streamId) => [streamId, 1] as const))
      const events: EventEnvelope[] = []
      const enough = new AbortController()
      await Promise.all(
        members.map(async (member) => {
          const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(10_000)])
          for (let slice = await member.next(3, signal); slice; slice = await member.next(3, signal)) {
            events.push(...slice.events)
            if (events.length >= streams.length) enough.abort()
          }
        }),
      )
      expect(told(events).sort()).toEqual(streams.map((streamId) => `${streamId} 1`).sort())
    })

    it('lets another consumer of the group take over from one that leaves', async () => {
      const first = await join()
      await under.append([['order-1', 1]])
      const slice = await first.next(10, never)
      if (slice) await first.commit(slice)
      const second = await join()
      await first.close()
      await under.append([['order-1', 2]])
      const [last, ...earlier] = (await takeUntil(second, 'order-1 2')).reverse()
      expect(last).toBe('order-1 2')
      // A commit may come too late for a group that changes, and what it was for comes again.
      expect([[], ['order-1 1']]).toContainEqual(earlier)
    })

    it('holds what it has handed out, until it is closed', async () => {
      await under.append([['order-1', 1]])
      const consumer = await join()
      const slice = await consumer.next(10, AbortSignal.timeout(10_000))
      expect(slice && consumer.holds(slice)).toBe(true)
      expect(consumer.active).toBe(true)
      await consumer.close()
      expect(slice && consumer.holds(slice)).toBe(false)
      expect(consumer.active).toBe(false)
    })

    it('tells how far a group has come: never beyond what is committed, and in the end all of it', async () => {
      const consumer = await join()
      await under.append([
        ['order-1', 1],
        ['order-1', 2],
      ])
      const first = await consumer.next(1, never)
      const second = await consumer.next(1, never)
      const reached = async () => under.bus.progress('group')
      const at = (slice: typeof first): GlobalPosition => slice?.events[0]?.position ?? START_OF_LOG
      expect(compareGlobalPositions(await reached(), at(first))).toBeLessThan(0)
      if (first) await consumer.commit(first)
      await eventually(async () => compareGlobalPositions(await reached(), at(first)) === 0)
      if (second) await consumer.commit(second)
      await eventually(async () => compareGlobalPositions(await reached(), at(second)) === 0)
    })

    it('tells how far a group has come on each part, and each event belongs to one part', async () => {
      const consumer = await join()
      await under.append(['order-1', 'order-2', 'order-3', 'customer-1', 'product-1'].map((id) => [id, 1] as const))
      const slices: EventSlice[] = []
      for (let left = 5; left > 0; left -= slices.at(-1)?.events.length ?? 0) {
        const slice = await consumer.next(2, AbortSignal.timeout(10_000))
        if (!slice) throw new Error(`Expected ${left} more events within 10 s.`)
        slices.push(slice)
      }
      const events = slices.flatMap((slice) => slice.events)
      const partsOf = async (event: EventEnvelope) => {
        const parts = await under.bus.parts('group')
        return parts.filter(({ name, covers }) => name !== 'relay' && covers(event))
      }
      for (const event of events) {
        const [part, ...more] = await partsOf(event)
        if (!part) throw new Error(`Expected a part for ${event.streamId}.`)
        expect(more).toEqual([])
        expect(compareGlobalPositions(part.committed, event.position)).toBeLessThan(0)
        expect(part.behind ?? 1).toBeGreaterThan(0)
      }
      for (const slice of slices) await consumer.commit(slice)
      for (const event of events) {
        await eventually(async () => {
          const [part] = await partsOf(event)
          return part && (part.behind ?? 0) === 0 && compareGlobalPositions(part.committed, event.position) >= 0
        })
      }
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
      const inOrder = Array.from({ length: 40 }, (_, index) => index + 1)
      expect(versionsByStream(events)).toEqual({ 'order-1': inOrder, 'order-2': inOrder, 'customer-1': inOrder })
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

/** Takes so many events and commits them. */
async function doneWith(consumer: EventConsumer, count: number): Promise<readonly EventEnvelope[]> {
  const events: EventEnvelope[] = []
  while (events.length < count) {
    const slice = await consumer.next(count, AbortSignal.timeout(10_000))
    if (!slice) throw new Error(`Expected ${count} events within 10 s, found ${events.length}.`)
    events.push(...slice.events)
    await consumer.commit(slice)
  }
  return events
}

function told(events: readonly EventEnvelope[]): string[] {
  return events.map(({ streamId, streamVersion }) => `${streamId} ${streamVersion}`)
}

/** Takes events one by one until that one, and tells all of them. */
async function takeUntil(consumer: EventConsumer, wanted: string): Promise<string[]> {
  const seen: string[] = []
  while (!seen.includes(wanted)) seen.push(...told(await take(consumer, 1, 1)))
  return seen
}

/** Buses may mix the streams as they like: what counts is the order within each. */
function versionsByStream(events: readonly EventEnvelope[]): { readonly [streamId: string]: readonly number[] } {
  const byStream = Map.groupBy(events, ({ streamId }) => streamId)
  return Object.fromEntries(
    [...byStream].map(([streamId, its]) => [streamId, its.map(({ streamVersion }) => streamVersion)]),
  )
}
