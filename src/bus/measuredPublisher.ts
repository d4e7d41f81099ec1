import { ATTRIBUTES } from '../telemetry/attributeNames.js'
import type { Instruments } from '../telemetry/instruments.js'
import { METRICS } from '../telemetry/metricNames.js'
import type { EventPublisher } from './eventPublisher.js'

/** Counts the events that a bus with its own storage has taken, and how long each page of them took. */
export function measuredPublisher(publisher: EventPublisher, instruments: Instruments): EventPublisher {
  const events = instruments.counter(METRICS.relayEvents)
  const duration = instruments.histogram(METRICS.relayPublishDuration)
  return {
    destination: publisher.destination,
    publish: async (messages) => {
      const startedAt = performance.now()
      const seconds = () => (performance.now() - startedAt) / 1_000
      try {
        await publisher.publish(messages)
      } catch (error) {
        duration.record(seconds(), { [ATTRIBUTES.errorType]: error instanceof Error ? error.name : 'unknown' })
        throw error
      }
      events.add(messages.length)
      duration.record(seconds())
    },
    close: () => publisher.close(),
  }
}
