import { z } from 'zod'

/** What data of events is made of, as it stands on the bus. */

export const text = z.string()

export const id = z.string().min(1)

export const count = z.int().min(0)

export const money = z
  .object({
    amountMinor: z.int().describe('Whole minor units of the currency: cents of USD, yen of JPY. Never a fraction.'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .describe('ISO 4217.'),
  })
  .describe('An exact amount.')

export const orderLine = z.object({
  sku: id,
  productName: text.describe("The catalogue's name when the order was decided."),
  unitPrice: money.describe("The catalogue's price when the order was decided."),
  quantity: z.int().min(1),
})

/** In place of an object that is about a person. fields: those of the object. */
export function sealed(fields: string) {
  return z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .meta({ contentEncoding: 'base64url' })
    .describe(
      `PERSONAL DATA, ENCRYPTED (${fields}): one text in place of the object, AES-256-GCM under the customer's key. Only this service can read it, and nobody can once the customer is forgotten (CustomerForgotten).`,
    )
}
