import { expect, it } from 'vitest'
import { toKafkaMessage } from '../../../src/bus/kafka/eventMessages.js'
import { encodeEvent } from '../../../src/contract/eventCodec.js'
import type { EventEnvelope } from '../../../src/contract/eventEnvelope.js'
import { PersonalDataCipher } from '../../../src/contract/personalData.js'
import { isRefusal } from '../../../src/domain/decision.js'
import { checkId, checkText, MAX_ID_CHARACTERS, MAX_TEXT_CHARACTERS } from '../../../src/domain/limits.js'
import { MAX_AMOUNT_MINOR } from '../../../src/domain/money.js'
import { decideOrder } from '../../../src/domain/order/decide.js'
import { initialOrder } from '../../../src/domain/order/evolve.js'
import { MAX_LINES } from '../../../src/domain/order/refusals.js'

/** `message.max.bytes` of a broker that nobody has configured. */
const KAFKA_DEFAULT_BYTES = 1_048_588
/** Four bytes in UTF-8, the most that a character takes. */
const WIDE = '🪑'

it('lets no client make an event that Kafka refuses as too large', () => {
  const text = WIDE.repeat(MAX_TEXT_CHARACTERS)
  const customerId = WIDE.repeat(MAX_ID_CHARACTERS)
  expect([checkText(text, ['name']), checkId(customerId, ['customerId'])]).toEqual([undefined, undefined])
  // Dear enough for many digits, and so cheap that the total is within its limit.
  const unitPrice = { amountMinor: MAX_AMOUNT_MINOR / BigInt(MAX_LINES), currency: 'USD' }
  const skus = Array.from(
    { length: MAX_LINES },
    (_, index) => String(index).padEnd(3) + WIDE.repeat(MAX_ID_CHARACTERS - 3),
  )
  const decision = decideOrder(
    {
      type: 'CreateOrder',
      data: {
        orderId: customerId,
        customerId,
        items: skus.map((sku) => ({ sku, quantity: 1 })),
        shippingAddress: {
          personal: { line1: text, line2: text, city: text, postalCode: text },
          region: text,
          country: 'US',
        },
        facts: { customer: 'registered', catalogue: new Map(skus.map((sku) => [sku, { name: text, unitPrice }])) },
      },
      metadata: { occurredAt: '2026-03-01T12:00:00.000Z' },
    },
    initialOrder,
  )
  if (isRefusal(decision) || decision.kind !== 'event') return expect.fail('Expected the largest order to be taken.')

  const cipher = new PersonalDataCipher(['a master key for tests'])
  const key = cipher.unwrap(cipher.newWrappedKey())
  const outside = {
    eventId: '019ad0a4-2a10-7c5e-b7a2-9a1e7d0c55aa',
    streamId: `order-${customerId}`,
    streamCategory: 'order' as const,
    streamVersion: 1,
    position: { era: 1, transactionId: '9'.repeat(19), position: '9'.repeat(19) },
  }
  const envelope: EventEnvelope = {
    ...outside,
    ...encodeEvent(decision.event, (personal) => cipher.seal(key, outside.eventId, personal)),
    recordedAt: '2026-03-01T12:00:00.000Z',
    metadata: {
      correlationId: outside.eventId,
      causationId: customerId,
      actor: customerId,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      occurredAt: '2026-03-01T12:00:00.000Z',
    },
  }
  // PostgreSQL writes a space behind each comma and colon; this writes no less.
  const message = {
    ...envelope,
    traceparent: envelope.metadata.traceparent,
    envelope: JSON.stringify(envelope, null, 1),
  }
  const { key: streamId, value, headers } = toKafkaMessage(message, outside.eventId)
  const bytes = value.length + Buffer.byteLength(String(streamId)) + Buffer.byteLength(JSON.stringify(headers))
  expect(bytes).toBeGreaterThan(650_000)
  expect(bytes).toBeLessThan(KAFKA_DEFAULT_BYTES * 0.8)
})
