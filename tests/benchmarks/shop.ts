import type { CommandContext, CommandHandlers } from '../../src/write/index.js'

export const CUSTOMER_ID = 'customer-1'
export const SKU = 'FUR-CH-10000454'

export const SHIPPING_ADDRESS = {
  line1: 'High Street 1',
  line2: null,
  city: 'Henderson',
  region: 'Kentucky',
  postalCode: '42420',
  country: 'US',
}

/** Places one order of one line. Ids are made by the server, so the same text can be sent again. */
const CREATE_ORDER_INPUT = {
  customerId: CUSTOMER_ID,
  items: [{ sku: SKU, quantity: 3 }],
  shippingAddress: SHIPPING_ADDRESS,
}
export const CREATE_ORDER = JSON.stringify({
  query: `mutation CreateOrder($input: CreateOrderInput!) {
    createOrder(input: $input) {
      receipt { streamId version token }
      userErrors { code message }
    }
  }`,
  variables: { input: CREATE_ORDER_INPUT },
})
export const ORDER_CREATED = '"userErrors":[]'

/** The least that a mutation of this API can ask for: one text in, one code out. */
export const NO_OP = JSON.stringify({
  query: 'mutation NoOp { deliverOrder(input: { orderId: "none" }) { userErrors { code } } }',
})
export const NOTHING_DONE = '"code":"ORDER_NOT_FOUND"'

/** The customer and the product that CREATE_ORDER names. */
export async function stockShop(handlers: CommandHandlers): Promise<void> {
  await handlers.customer(
    { type: 'RegisterCustomer', customerId: CUSTOMER_ID, name: 'Claire Gute', email: 'claire@example.com' },
    newContext(),
  )
  await handlers.product(
    {
      type: 'AddProduct',
      sku: SKU,
      name: 'Hon Deluxe Fabric Upholstered Stacking Chairs',
      category: 'Chairs',
      unitPrice: { amount: '243.98', currency: 'USD' },
      onHand: 1_000_000,
    },
    newContext(),
  )
}

/** What CREATE_ORDER asks for, past the gateway. */
export function placeOrder(handlers: CommandHandlers): ReturnType<CommandHandlers['order']> {
  return handlers.order({ type: 'CreateOrder', ...CREATE_ORDER_INPUT }, newContext())
}

export function newContext(): CommandContext {
  return {
    principal: 'local',
    occurredAt: new Date().toISOString(),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    correlationId: 'benchmark',
  }
}
