import { z } from 'zod'
import type { StreamCategory } from '../streams.js'
import { id } from './values.js'

const version = z.int().min(1)
const decimal = z.string().regex(/^\d+$/).describe('A whole number as decimal text: it may be larger than 2^53.')
const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  .meta({ format: 'date-time' })

/** The value of a message on a topic of events: `EventEnvelope` with the data of this type at this schema version. */
export function messageSchema(type: string, schemaVersion: number, category: StreamCategory, data: z.ZodObject) {
  return z
    .object({
      eventId: z
        .string()
        .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        .meta({ format: 'uuid' })
        .describe('The same in each repeat of the event.'),
      type: z.literal(type),
      schemaVersion: z.literal(schemaVersion).describe('Of data.'),
      streamId: z.string().regex(new RegExp(`^${category}-.`)),
      streamCategory: z.literal(category),
      streamVersion: version.describe('From 1, without a hole; ignore what you have seen.'),
      position: z
        .object({ era: version, transactionId: decimal, position: decimal })
        .describe('The order of all events: compare era, then transactionId, then position, each as a number.'),
      recordedAt: instant.describe("The database's clock at the append."),
      data,
      metadata: z.object({
        correlationId: id,
        causationId: id.describe('The command that led to the event.'),
        actor: id.describe('Who sent the command.'),
        traceparent: z
          .string()
          .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
          .describe('W3C Trace Context of the command.'),
        occurredAt: instant.describe('When it happened for the business.'),
      }),
    })
    .describe(`Event ${type}, schema version ${schemaVersion}, as it stands on the topic of ${category} events.`)
}
