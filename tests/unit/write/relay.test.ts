import { setImmediate } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { BusUnavailable, type EventConsumer, type EventSlice, UnusableBus } from '../../../src/bus/eventBus.js'
import type { EventMessage, EventPublisher } from '../../../src/bus/eventPublisher.js'
import { type Relay, type RelayOptions, startRelay } from '../../../src/write/relay/relay.js'
import { eventually } from '../../support/eventually.js'

const logger = pino({ level: 'silent' })

function message(position: number): EventMessage {
  return {
    eventId: `event-${position}`,
    type: 'OrderConfirmed',
    schemaVersion: 1,
    streamId: 'order-1',
    streamCategory: 'order',
    streamVersion: position,
    position: { era: 1, transactionId: '7', position: String(position) },
    traceparent: '',
    envelope: '{}',
  }
}

/** An outbox with pages of one event, and a bus that keeps what it is given. */
function relayOf(pages: number) {
  const left = Array.from({ length: pages }, (_, index) => message(index + 1))
  const taken: string[] = []
  const committed: string[] = []
  const published: string[] = []
  const nameOf = ({ events }: EventSlice<EventMessage>) => events.map(({ eventId }) => eventId).join()
  const consumer: EventConsumer<EventMessage> = {
    active: true,
    outForMs: 0,
    async next(_, signal) {
      const event = left.shift()
      if (event) {
        taken.push(event.eventId)
        return { events: [event] }
      }
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      return undefined
    },
    holds: () => true,
    commit(slice) {
      committed.push(nameOf(slice))
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
  const publisher: EventPublisher = {
    destination: 'topics',
    publish(messages) {
      published.push(nameOf({ events: messages }))
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
  return { consumer, publisher, taken, committed, published }
}

describe('relay', () => {
  const relays: Relay[] = []
  afterEach(() => Promise.all(relays.splice(0).map((relay) => relay.stop())))
  const start = (
    consumer: EventConsumer<EventMessage>,
    publisher: EventPublisher,
    options: Pick<RelayOptions, 'pageSize'> = {},
  ) => {
    const relay = startRelay({ outbox: { subscribe: () => Promise.resolve(consumer) }, publisher, logger, ...options })
    relays.push(relay)
    return relay
  }

  it('INV-5 CHECKPOINT: repeats a page that failed before any later one, and commits it behind the acknowledgement', async () => {
    const { consumer, publisher, committed, published } = relayOf(3)
    const publish = publisher.publish
    let failures = 2
    publisher.publish = (messages) => {
      expect(committed).toHaveLength(published.length)
      failures -= 1
      return failures >= 0 ? Promise.reject(new BusUnavailable('away')) : publish(messages)
    }
    start(consumer, publisher)
    await eventually(() => committed.length === 3)
    expect(published).toEqual(['event-1', 'event-2', 'event-3'])
    expect(committed).toEqual(published)
  })

  it('says for how long a page is not taken, and what has to be changed for it, and goes on by itself', async () => {
    const { consumer, publisher, committed } = relayOf(2)
    const publish = publisher.publish
    let fault: Error | undefined = new UnusableBus('set message.max.bytes')
    let tries = 0
    publisher.publish = (messages) => {
      tries += 1
      return fault ? Promise.reject(fault) : publish(messages)
    }
    const relay = start(consumer, publisher)
    await eventually(() => tries === 2)
    expect(relay.blockedBy).toBe(fault)
    const stuckForMs = relay.stuckForMs
    expect(stuckForMs).toBeGreaterThan(0)
    fault = new BusUnavailable('away')
    await eventually(() => relay.blockedBy === undefined)
    expect(relay.stuckForMs).toBeGreaterThan(stuckForMs)
    fault = undefined
    await eventually(() => committed.length === 2)
    await eventually(() => relay.stuckForMs === 0)
    Object.assign(consumer, { outForMs: 70_000 })
    expect(relay.stuckForMs).toBe(70_000)
  })

  it.each([
    { size: 'full', pageSize: 1, takenMeanwhile: ['event-1', 'event-2'] },
    { size: 'small', pageSize: 500, takenMeanwhile: ['event-1'] },
  ])('while a $size page is sent, takes $takenMeanwhile', async ({ pageSize, takenMeanwhile }) => {
    const { consumer, publisher, taken, published } = relayOf(3)
    const sending = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const publish = publisher.publish
    publisher.publish = async (messages) => {
      begun.resolve()
      await sending.promise
      return publish(messages)
    }
    start(consumer, publisher, { pageSize })
    await begun.promise
    // Whatever the relay does without an answer, it has done by then.
    await setImmediate()
    expect(taken).toEqual(takenMeanwhile)
    sending.resolve()
    await eventually(() => published.length === 3)
  })

  it('INV-6 SINGLE-EFFECT: publishes no page that another relay leads with now', async () => {
    const { consumer, publisher, published } = relayOf(3)
    consumer.holds = ({ events }) => events[0]?.eventId !== 'event-2'
    start(consumer, publisher)
    await eventually(() => published.length === 2)
    expect(published).toEqual(['event-1', 'event-3'])
  })

  it('INV-21 DRAIN: commits the page that was acknowledged while it was being stopped', async () => {
    const { consumer, publisher, committed } = relayOf(1)
    const sending = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    publisher.publish = () => {
      begun.resolve()
      return sending.promise
    }
    const relay = start(consumer, publisher)
    await begun.promise
    const stopped = relay.stop()
    sending.resolve()
    await stopped
    expect(committed).toEqual(['event-1'])
  })
})
