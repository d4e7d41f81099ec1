import type { WriteSide } from '../../../src/write/index.js'
import { CUSTOMER_ID, newContext, SHIPPING_ADDRESS, SKU, stockShop } from '../shop.js'

const CLIENTS = 64

/** Orders that were placed, paid and confirmed, written by the command handlers. Returns how many events the log has then. */
export async function seedLog({ handlers }: WriteSide, orders: number): Promise<number> {
  await stockShop(handlers)
  let next = 0
  let events = 2
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (next < orders) {
        next += 1
        const orderId = `order-${next}`
        const items = [{ sku: SKU, quantity: 1 + (next % 5) }]
        const amount = { amount: '10.00', currency: 'USD' }
        const outcomes = [
          await handlers.order(
            { type: 'CreateOrder', orderId, customerId: CUSTOMER_ID, items, shippingAddress: SHIPPING_ADDRESS },
            newContext(),
          ),
          await handlers.order({ type: 'RecordPayment', orderId, amount, reference: 'transfer' }, newContext()),
          await handlers.order({ type: 'ConfirmOrder', orderId }, newContext()),
        ]
        const refusal = outcomes.find((outcome) => outcome.kind === 'refused')
        if (refusal) throw new Error(`Expected every command to be accepted: ${refusal.message}`)
        events += outcomes.length
      }
    }),
  )
  return events
}
