import { STREAM_CATEGORIES, type StreamCategory } from './streams.js'

/**
 * The topics of an installation on Kafka. `prefix` (KAFKA_PREFIX) keeps installations apart that share a cluster.
 *
 * | topic | key | value | kept |
 * | --- | --- | --- | --- |
 * | `<prefix><category>-events` | stream id | `EventEnvelope` as JSON | for ever |
 * | `<prefix>projection-results` | stream id | `ProjectionResult` as JSON | a day |
 * | `<prefix>installation` | none | the id of the installation that the prefix belongs to, in its first message | for ever |
 */
export function eventTopic(prefix: string, category: StreamCategory): string {
  return `${prefix}${category}-events`
}

/** Of all categories. */
export function eventTopics(prefix: string): readonly string[] {
  return STREAM_CATEGORIES.map((category) => eventTopic(prefix, category))
}

export function projectionResultsTopic(prefix: string): string {
  return `${prefix}projection-results`
}

export function installationTopic(prefix: string): string {
  return `${prefix}installation`
}
