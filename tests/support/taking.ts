import { expect } from 'vitest'
import { BusUnavailable, type EventConsumer } from '../../src/bus/eventBus.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'

export interface Taking {
  /** Of the slices that were still this consumer's when they were committed, in order. */
  readonly done: readonly EventEnvelope[]
  /** Finishes the slice in hand and returns. */
  stop(): Promise<void>
}

/** Takes and commits slices in the background, as a projector does; outages are waited out. done: shared by consumers of a group. */
export function takeInBackground(consumer: EventConsumer, done: EventEnvelope[] = [], limit = 7): Taking {
  const stop = new AbortController()
  const next = async () => {
    for (;;) {
      try {
        return await consumer.next(limit, stop.signal)
      } catch (error) {
        if (!(error instanceof BusUnavailable)) throw error
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  const running = (async () => {
    for (let slice = await next(); slice; slice = await next()) {
      if (consumer.holds(slice)) done.push(...slice.events)
      await consumer.commit(slice)
    }
  })()
  return {
    done,
    async stop() {
      stop.abort()
      await running
    },
  }
}

/** `order-1 3` for version 3 of order 1. */
export function told(events: readonly EventEnvelope[]): string[] {
  return events.map(({ streamId, streamVersion }) => `${streamId} ${streamVersion}`)
}

/** INV-4 STREAM-ORDER: whatever is repeated, version v+1 of a stream is never seen before v was. */
export function expectStreamOrder(events: readonly EventEnvelope[]): void {
  const seen = new Map<string, number>()
  for (const { streamId, streamVersion } of events) {
    const newest = seen.get(streamId) ?? 0
    expect(streamVersion, `of ${streamId}, seen up to ${newest}`).toBeLessThanOrEqual(newest + 1)
    seen.set(streamId, Math.max(newest, streamVersion))
  }
}
