import type { IHeaders, KafkaMessage, Message } from 'kafkajs'
import type { EventEnvelope } from '../../contract/eventEnvelope.js'
import { positionText } from '../../contract/globalPosition.js'
import { STREAM_CATEGORIES } from '../../contract/streams.js'
import { HEADERS } from '../../contract/topics.js'
import type { EventMessage } from '../eventPublisher.js'

/** What a message of a topic of events turned out to be. */
export type ReadEvent =
  | { readonly kind: 'event'; readonly event: EventEnvelope }
  | { readonly kind: 'foreign'; readonly installationId: string }
  /** No message of ours, or one that was damaged. */
  | { readonly kind: 'unreadable' }

/** Key = stream id, value = the envelope as JSON, everything else in headers. */
export function toKafkaMessage(message: EventMessage, installationId: string): Message & { readonly value: Buffer } {
  const headers: IHeaders = {
    [HEADERS.installationId]: installationId,
    [HEADERS.eventId]: message.eventId,
    [HEADERS.type]: message.type,
    [HEADERS.schemaVersion]: String(message.schemaVersion),
    [HEADERS.streamVersion]: String(message.streamVersion),
    [HEADERS.position]: positionText(message.position),
    [HEADERS.traceparent]: message.traceparent,
  }
  return { key: message.streamId, value: Buffer.from(message.envelope), headers }
}

/**
 * Never throws: whoever may write to a topic must not be able to stop its consumers.
 *
 * An event of an unknown type or a newer schema is read like any other, and parked by the projector, which knows types. What can't be read at all
 * counts as lost: the log has the event, if it ever was one, and the projector takes it from there, as a gap before the stream's next event or by
 * its sweep. Parking the stream for it would stop a stream over bytes that the log has in good order. So it is with another installation's messages:
 * whose the topics are was made sure of when they were opened, and who writes here by mistake later must not stop the owner.
 */
export function readEventMessage({ key, value, headers }: KafkaMessage, installationId: string): ReadEvent {
  const owner = headers?.[HEADERS.installationId]?.toString()
  if (owner !== undefined && owner !== installationId) return { kind: 'foreign', installationId: owner }
  const event = owner === undefined ? undefined : parsed(value)
  return isEnvelope(event) && event.streamId === key?.toString() ? { kind: 'event', event } : { kind: 'unreadable' }
}

function parsed(value: Buffer | null): unknown {
  try {
    return value === null ? undefined : JSON.parse(value.toString())
  } catch {
    // Not JSON: told as unreadable, without the parser's message, which quotes its input.
    return undefined
  }
}

/** As far as the way to the projection goes; what is in `data` is decided by the codec. */
function isEnvelope(value: unknown): value is EventEnvelope {
  if (!isObject(value)) return false
  const { eventId, type, schemaVersion, streamId, streamCategory, streamVersion, recordedAt, position } = value
  return (
    [eventId, type, recordedAt].every((text) => typeof text === 'string') &&
    [schemaVersion, streamVersion].every((number) => Number.isSafeInteger(number) && Number(number) > 0) &&
    STREAM_CATEGORIES.some((category) => category === streamCategory) &&
    typeof streamId === 'string' &&
    streamId.startsWith(`${streamCategory}-`) &&
    isPosition(position) &&
    isObject(value.data) &&
    isObject(value.metadata) &&
    typeof value.metadata.occurredAt === 'string'
  )
}

function isPosition(value: unknown): boolean {
  if (!isObject(value)) return false
  const { era, transactionId, position } = value
  return (
    Number.isSafeInteger(era) &&
    [transactionId, position].every((text) => typeof text === 'string' && /^\d+$/.test(text))
  )
}

function isObject(value: unknown): value is { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
