import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ExistingOrder } from '../../../src/domain/order/state.js'
import type { WaitOutcome } from '../../../src/read/index.js'
import type { CommandContext, CommandOutcome, OrderRequest, ProductRequest } from '../../../src/write/index.js'
import { postOperation } from '../../support/client.js'
import { startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'
import { orderDocument } from '../../support/sampleDocuments.js'

const STATE: ExistingOrder = {
  status: 'PENDING',
  customerId: 'ada',
  items: [{ sku: 'TEA', productName: 'Tea', unitPrice: { amountMinor: 1500n, currency: 'KWD' }, quantity: 2 }],
  total: { amountMinor: 3000n, currency: 'KWD' },
  paid: { amountMinor: 0n, currency: 'KWD' },
  createdAt: '2026-03-01T09:30:00.000Z',
}
const ACCEPTED: CommandOutcome<ExistingOrder> = {
  kind: 'accepted',
  commandId: 'c1',
  streamId: 'order-o1',
  id: 'o1',
  version: 1,
  duplicate: false,
  recordedAt: '2026-03-01T09:30:00.250Z',
  traceId: 'f'.repeat(32),
  traceparent: `00-${'f'.repeat(32)}-${'f'.repeat(16)}-01`,
  state: STATE,
}

let gateway: TestGateway
let outcome: CommandOutcome<ExistingOrder>
let waited: WaitOutcome
const seen: { request: OrderRequest | ProductRequest; context: CommandContext }[] = []

beforeEach(async () => {
  outcome = ACCEPTED
  waited = { kind: 'reached' }
  seen.length = 0
  gateway = await startTestGateway({
    handlers: {
      order: async (request, context) => {
        seen.push({ request, context })
        return outcome
      },
      product: async (request, context) => {
        seen.push({ request, context })
        return { ...ACCEPTED, streamId: 'product-TEA', id: 'TEA', state: undefined }
      },
    },
    documents: { orders: [orderDocument('o1')] },
    waiter: { waitFor: async () => waited },
  })
})
afterEach(() => gateway.stop(1_000))

const CREATE = `mutation ($input: CreateOrderInput!) { createOrder(input: $input) {
  receipt { commandId streamId version token duplicate traceId }
  order { id version status customerId items { sku productName unitPrice { amount currency } quantity lineTotal { amount currency } }
    totalAmount { amount currency } paidAmount { amount currency } estimatedDelivery }
  projected { id version totalAmount { amount currency } }
  userErrors { code message field retryable } } }`
const INPUT = {
  customerId: 'ada',
  items: [{ sku: 'TEA', quantity: 2 }],
  shippingAddress: { line1: '1 Engine Way', city: 'London', postalCode: 'N1', country: 'GB' },
}

test('a command that was done answers with receipt, state and read model', async () => {
  const { status, body } = await postOperation(gateway.url, { query: CREATE, variables: { input: INPUT } })
  expect(status).toBe(200)
  expect(body.errors).toBeUndefined()
  const { createOrder } = body.data as { createOrder: { receipt: { token: string } } }
  const { receipt, ...payload } = createOrder
  expect(gateway.tokens.read(receipt.token)).toEqual({
    streamId: 'order-o1',
    version: 1,
    recordedAt: Date.parse('2026-03-01T09:30:00.250Z'),
  })
  expect(receipt).toMatchObject({
    commandId: 'c1',
    streamId: 'o1',
    version: 1,
    duplicate: false,
    traceId: 'f'.repeat(32),
  })
  expect(payload).toEqual({
    order: {
      id: 'o1',
      version: 1,
      status: 'PENDING',
      customerId: 'ada',
      items: [
        {
          sku: 'TEA',
          productName: 'Tea',
          unitPrice: { amount: '1.500', currency: 'KWD' },
          quantity: 2,
          lineTotal: { amount: '3.000', currency: 'KWD' },
        },
      ],
      totalAmount: { amount: '3.000', currency: 'KWD' },
      paidAmount: { amount: '0.000', currency: 'KWD' },
      estimatedDelivery: '2026-03-06T09:30:00.000Z',
    },
    projected: { id: 'o1', version: 1, totalAmount: { amount: '19.90', currency: 'USD' } },
    userErrors: [],
  })
})

test('the handler is given the request, the principal, and a random trace', async () => {
  await postOperation(gateway.url, {
    query: CREATE,
    variables: { input: { ...INPUT, orderId: 'o1', commandId: 'c1' } },
  })
  const [{ request, context } = { request: undefined, context: undefined }] = seen
  expect(request).toEqual({
    type: 'CreateOrder',
    orderId: 'o1',
    customerId: 'ada',
    items: [{ sku: 'TEA', quantity: 2 }],
    shippingAddress: {
      line1: '1 Engine Way',
      line2: null,
      city: 'London',
      region: null,
      postalCode: 'N1',
      country: 'GB',
    },
  })
  expect(context).toMatchObject({ principal: 'local', commandId: 'c1' })
  expect(context?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(context?.occurredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('a rule that said no is data: HTTP 200, no errors, nothing projected', async () => {
  outcome = {
    kind: 'refused',
    code: 'EMPTY_ORDER',
    message: 'Expected at least one item.',
    field: ['items'],
    retryable: false,
  }
  const { status, body } = await postOperation(gateway.url, { query: CREATE, variables: { input: INPUT } })
  expect(status).toBe(200)
  expect(body).toEqual({
    data: {
      createOrder: {
        receipt: null,
        order: null,
        projected: null,
        userErrors: [
          { code: 'EMPTY_ORDER', message: 'Expected at least one item.', field: ['items'], retryable: false },
        ],
      },
    },
  })
})

test('a read model that is late is null beside the receipt, with CONSISTENCY_TIMEOUT', async () => {
  waited = { kind: 'timedOut', currentVersion: 0 }
  const { body } = await postOperation(gateway.url, { query: CREATE, variables: { input: INPUT } })
  expect(body.data?.createOrder).toMatchObject({ receipt: { streamId: 'o1' }, projected: null })
  expect(body.errors).toMatchObject([
    {
      path: ['createOrder', 'projected'],
      extensions: { code: 'CONSISTENCY_TIMEOUT', currentVersion: 0, expectedVersion: 1 },
    },
  ])
})

test('null and absent arguments are the same; a product without onHand has none in stock', async () => {
  const query = `mutation { addProduct(input: {commandId: null, sku: "TEA", name: "Tea", unitPrice: {amount: "9.95", currency: "USD"}}) {
    receipt { streamId } userErrors { code } } }`
  const { body } = await postOperation(gateway.url, { query })
  expect(body).toEqual({ data: { addProduct: { receipt: { streamId: 'TEA' }, userErrors: [] } } })
  expect(seen[0]?.request).toEqual({
    type: 'AddProduct',
    sku: 'TEA',
    name: 'Tea',
    category: null,
    unitPrice: { amount: '9.95', currency: 'USD' },
    onHand: 0,
  })
  expect(seen[0]?.context).not.toHaveProperty('commandId')
})
