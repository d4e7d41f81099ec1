import { STREAM_CATEGORIES, type StreamCategory } from './streams.js'

/**
 * Headers of a message, all text. Every message says whose it is; an event also what it is, for those who choose by it without reading the value.
 */
export const HEADERS = {
  installationId: 'installation-id',
  eventId: 'event-id',
  type: 'event-type',
  schemaVersion: 'schema-version',
  streamVersion: 'stream-version',
  /** `<era>:<transaction id>:<position>` */
  position: 'global-position',
  /** W3C Trace Context of the command. */
  traceparent: 'traceparent',
} as const

/**
 * The topics of an installation on Kafka. `prefix` (KAFKA_PREFIX) keeps installations apart that share a cluster.
 *
 * | topic | key | value | kept |
 * | --- | --- | --- | --- |
 * | `<prefix><category>-events` | stream id | `EventEnvelope` as JSON | for ever |
 * | `<prefix>projection-results`, of one partition | stream id | `ProjectionResult` as JSON | a day |
 * | `<prefix>installation` | none | the installation that the prefix belongs to, and the history of its log, in its first message | for ever |
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
