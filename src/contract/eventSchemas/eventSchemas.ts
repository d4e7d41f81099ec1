import { z } from 'zod'
import type { CustomerEvent } from '../../domain/customer/events.js'
import type { OrderEvent } from '../../domain/order/events.js'
import type { ProductEvent } from '../../domain/product/events.js'
import type { StreamCategory } from '../streams.js'
import { count, id, money, orderLine, sealed, text } from './values.js'

type VersionsOf<Type extends string> = { readonly [Name in Type]: readonly [z.ZodObject, ...z.ZodObject[]] }

const nothing = z.object({})
const why = z.object({ reason: text.describe('In the words of whoever asked for it.') })

const order = {
  OrderCreated: [
    z.object({
      customerId: id,
      items: z.array(orderLine).min(1),
      shippingAddress: z.object({
        personal: sealed('line1, line2, city, postalCode'),
        region: text.nullable(),
        country: z
          .string()
          .regex(/^[A-Z]{2}$/)
          .describe('ISO 3166-1 alpha-2.'),
      }),
    }),
  ],
  OrderItemAdded: [z.object({ item: orderLine })],
  PaymentProcessed: [
    z.object({ amount: money, reference: text.describe('What the payment is known by outside of the service.') }),
  ],
  OrderConfirmed: [nothing],
  OrderShipped: [z.object({ trackingNumber: text })],
  OrderDelivered: [nothing],
  OrderCancelled: [why],
} as const satisfies VersionsOf<OrderEvent['type']>

const customer = {
  CustomerRegistered: [z.object({ contact: sealed('name, email') })],
  CustomerContactChanged: [z.object({ contact: sealed('those of name and email that changed') })],
  CustomerForgotten: [why],
} as const satisfies VersionsOf<CustomerEvent['type']>

const product = {
  ProductAdded: [z.object({ name: text, category: text.nullable(), unitPrice: money, onHand: count })],
  ProductPriceChanged: [
    z.object({
      name: text.describe('Repeated, so that this event alone is the entry of the catalogue.'),
      unitPrice: money,
    }),
  ],
  InventoryUpdated: [
    z.object({
      onHand: count.describe('The stock after the change.'),
      delta: z.int().describe('What the change was.'),
      reason: text,
    }),
  ],
} as const satisfies VersionsOf<ProductEvent['type']>

/**
 * The stored data of every event type at every schema version, by the category of its streams: element n is version n + 1. An old version stays as it
 * is for ever, as the events do; a new one is added at the END of its type's list, with its upcaster (src/domain/upcast.ts).
 *
 * For consumers of the bus, who are given them as JSON Schema in docs/events/. The service itself does not check what it has written.
 */
export const EVENT_SCHEMAS = { order, customer, product } as const satisfies {
  readonly [Category in StreamCategory]: object
}
