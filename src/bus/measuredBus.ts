import type { Instruments } from '../telemetry/instruments.js'
import { METRICS } from '../telemetry/metricNames.js'
import type { EventBus, EventConsumer, EventSlice } from './eventBus.js'

/** Measures what becomes of the events that a bus hands out: how many are committed, and how long each slice of them was in work. */
export function measuredBus(bus: EventBus, instruments: Instruments): EventBus {
  const events = instruments.counter(METRICS.projectionEvents)
  const duration = instruments.histogram(METRICS.projectionSliceDuration)
  return {
    subscribe: async (group) =>
      new MeasuredConsumer(await bus.subscribe(group), (slice, seconds) => {
        events.add(slice.events.length)
        duration.record(seconds)
      }),
    progress: (group) => bus.progress(group),
    parts: (group) => bus.parts(group),
    groups: bus.groups,
  }
}

class MeasuredConsumer implements EventConsumer {
  readonly #consumer: EventConsumer
  readonly #onCommitted: (slice: EventSlice, seconds: number) => void
  readonly #takenAt = new WeakMap<EventSlice, number>()

  constructor(consumer: EventConsumer, onCommitted: (slice: EventSlice, seconds: number) => void) {
    this.#consumer = consumer
    this.#onCommitted = onCommitted
  }

  get active(): boolean {
    return this.#consumer.active
  }

  get outForMs(): number {
    return this.#consumer.outForMs
  }

  async next(limit: number, signal: AbortSignal): Promise<EventSlice | undefined> {
    const slice = await this.#consumer.next(limit, signal)
    if (slice) this.#takenAt.set(slice, performance.now())
    return slice
  }

  holds(slice: EventSlice): boolean {
    return this.#consumer.holds(slice)
  }

  async commit(slice: EventSlice): Promise<void> {
    await this.#consumer.commit(slice)
    const takenAt = this.#takenAt.get(slice)
    if (takenAt === undefined) return
    this.#takenAt.delete(slice)
    this.#onCommitted(slice, (performance.now() - takenAt) / 1_000)
  }

  close(): Promise<void> {
    return this.#consumer.close()
  }
}
