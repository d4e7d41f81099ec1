import type { WriteSide } from '../../../src/write/index.js'
import { newContext, SHIPPING_ADDRESS, SKU, stockShop } from '../shop.js'

const CLIENTS = 128
const ORDERS_OF_ONE_CUSTOMER = 25

/** Orders that were placed, paid, confirmed and shipped, of many customers, written by the command handlers. Returns how many events the log has then. */
export async function seedHistory({ handlers }: WriteSide, orders: number): Promise<number> {
  await stockShop(handlers)
  let customers = 0
  let events = 2
  const placeAll = async (customerId: string): Promise<void> => {
    const registered = await handlers.customer(
      { type: 'RegisterCustomer', customerId, name: `Claire ${customerId}`, email: `${customerId}@example.com` },
      newContext(),
    )
    if (registered.kind === 'refused') throw new Error(`Expected every customer to be taken: ${registered.message}`)
    const outcomes = []
    for (let order = 0; order < ORDERS_OF_ONE_CUSTOMER; order++) {
      const orderId = `${customerId}-${order}`
      const items = [{ sku: SKU, quantity: 1 + (order % 5) }]
      const amount = { amount: '10.00', currency: 'USD' }
      outcomes.push(
        await handlers.order(
          { type: 'CreateOrder', orderId, customerId, items, shippingAddress: SHIPPING_ADDRESS },
          newContext(),
        ),
        await handlers.order({ type: 'RecordPayment', orderId, amount, reference: 'transfer' }, newContext()),
        await handlers.order({ type: 'ConfirmOrder', orderId }, newContext()),
        await handlers.order({ type: 'ShipOrder', orderId, trackingNumber: `track-${orderId}` }, newContext()),
      )
    }
    const refusal = outcomes.find((outcome) => outcome.kind === 'refused')
    if (refusal) throw new Error(`Expected every command to be accepted: ${refusal.message}`)
    events += 1 + outcomes.length
  }
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (customers * ORDERS_OF_ONE_CUSTOMER < orders) {
        customers += 1
        await placeAll(`customer-${String(customers).padStart(6, '0')}`)
      }
    }),
  )
  return events
}
