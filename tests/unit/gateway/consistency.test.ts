import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SortKey, StreamVersion, View, WaitOutcome } from '../../../src/read/index.js'
import { postOperation } from '../../support/client.js'
import { startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'
import { customerDocument, orderDocument, timelineDocument } from '../../support/sampleDocuments.js'

let gateway: TestGateway
let outcome: WaitOutcome
let hold: () => Promise<void>
const waits: { target: StreamVersion; views: readonly View[]; timeoutMs: number }[] = []

beforeEach(async () => {
  outcome = { kind: 'reached' }
  hold = async () => undefined
  waits.length = 0
  gateway = await startTestGateway({
    documents: {
      orders: [orderDocument('o1', { version: 3, customerVersion: 3 })],
      customers: [customerDocument('ada')],
      orderTimelines: [timelineDocument('o1', 3)],
    },
    waiter: {
      waitFor: async (target, views, { timeoutMs }) => {
        waits.push({ target, views, timeoutMs })
        await hold()
        return outcome
      },
    },
    queries: {
      listOrders: async () => ({ items: [], hasMore: false }),
      orderTotals: async () => ({ orders: 0, totals: [] }),
      listProducts: async () => ({ items: [], hasMore: false }),
    },
  })
})
afterEach(() => gateway.stop(1_000))

async function ask(streamId: string, query: string, waitMs?: number) {
  const token = gateway.tokens.issue({ streamId, version: 3 })
  const { body } = await postOperation(gateway.url, {
    query: `query ($atLeast: ConsistencyToken, $waitMs: Int) { ${query.replace('$$', 'atLeast: $atLeast, waitMs: $waitMs')} }`,
    variables: { atLeast: token, waitMs },
  })
  return body
}

const DOCUMENT = { kind: 'document' }
const TIMELINE = { kind: 'timeline' }
const LISTS = { kind: 'lists' }

test.each([
  ['order-o1', 'order(id: "o1", $$) { id }', [DOCUMENT]],
  ['order-o1', 'order(id: "o1", $$) { id timeline { nodes { version } } }', [DOCUMENT, TIMELINE]],
  [
    'order-o1',
    'order(id: "o1", $$) { ...t } } fragment t on Order { ...u } fragment u on Order { timeline { nodes { version } }',
    [DOCUMENT, TIMELINE],
  ],
  ['order-o1', 'order(id: "o1", $$) { id timeline @skip(if: true) { nodes { version } } }', [DOCUMENT]],
  [
    'order-o1',
    'order(id: "o1", $$) { customer { orders { totalCount pageInfo { hasNextPage } } } }',
    [DOCUMENT, LISTS],
  ],
  ['order-o1', 'orders($$) { nodes { id } }', [DOCUMENT, LISTS]],
  ['order-o1', 'orders($$) { nodes { timeline { nodes { version } } } }', [DOCUMENT, LISTS, TIMELINE]],
  ['order-o1', 'orderStatistics($$) { orders }', [DOCUMENT, LISTS]],
  ['order-o1', 'customer(id: "ada", $$) { name orders { nodes { id } } }', [DOCUMENT, LISTS]],
  ['customer-ada', 'order(id: "o1", $$) { customerName }', [DOCUMENT, { kind: 'order', orderId: 'o1' }]],
  ['customer-ada', 'customer(id: "ada", $$) { name }', [DOCUMENT]],
  ['customer-ada', 'customer(id: "ada", $$) { orders { nodes { customerName } } }', [DOCUMENT, LISTS]],
  ['customer-ada', 'orders($$) { nodes { customerName timeline { nodes { version } } } }', [DOCUMENT, LISTS]],
  ['product-TEA', 'product(sku: "TEA", $$) { name }', [DOCUMENT]],
  ['product-TEA', 'products($$) { nodes { name } }', [DOCUMENT, LISTS]],
  ['product-TEA', 'order(id: "o1", $$) { id }', [DOCUMENT]],
])('with the token of %s, %s waits for what it reads', async (streamId, query, views) => {
  // Statistics and lists answer from doubles; what matters is what was waited for.
  await ask(streamId, query)
  expect(waits).toEqual([{ target: { streamId, version: 3 }, views, timeoutMs: 2_000 }])
})

test('waitMs is how long it waits; without a token nothing waits', async () => {
  await ask('order-o1', 'order(id: "o1", $$) { id }', 0)
  expect(waits.map(({ timeoutMs }) => timeoutMs)).toEqual([0])
  await postOperation(gateway.url, { query: '{ order(id: "o1") { id } }' })
  expect(waits).toHaveLength(1)
})

test('a write that does not show in time is CONSISTENCY_TIMEOUT with both versions, never older data', async () => {
  outcome = { kind: 'timedOut', currentVersion: 2 }
  const body = await ask('order-o1', 'order(id: "o1", $$) { id }')
  expect(body.data).toEqual({ order: null })
  expect(body.errors?.[0]?.extensions).toEqual({
    code: 'CONSISTENCY_TIMEOUT',
    currentVersion: 2,
    expectedVersion: 3,
    retryAfterMs: 1_000,
  })
})

test('a parked stream says that waiting is in vain', async () => {
  outcome = { kind: 'parked', currentVersion: 2 }
  const body = await ask('order-o1', 'order(id: "o1", $$) { id }')
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'CONSISTENCY_TIMEOUT', currentVersion: 2 })
  expect(body.errors?.[0]?.message).toContain('set aside')
})

test('what was read before a wait is read again after it, in the same request too', async () => {
  const token = gateway.tokens.issue({ streamId: 'order-o1', version: 3 })
  hold = async () => {
    while (gateway.reads.length === 0) await setImmediate()
  }
  const { body } = await postOperation(gateway.url, {
    query: 'query ($t: ConsistencyToken) { a: order(id: "o1") { id } b: order(id: "o1", atLeast: $t) { id } }',
    variables: { t: token },
  })
  expect(body.errors).toBeUndefined()
  expect(gateway.reads).toEqual([
    { projection: 'orders', ids: ['o1'] },
    { projection: 'orders', ids: ['o1'] },
  ])
})

test('documents are read in batches, each id once', async () => {
  await postOperation(gateway.url, {
    query:
      '{ a: order(id: "o1") { customer { name } } b: order(id: "o1") { customer { name } } c: order(id: "x") { id } }',
  })
  expect(gateway.reads).toEqual([
    { projection: 'orders', ids: ['o1', 'x'] },
    { projection: 'customers', ids: ['ada'] },
  ])
})

test.each([
  ['orders(atLeast: $token) { nodes { customerName } }'],
  ['searchOrders(query: "ada", atLeast: $token) { nodes { customerName } }'],
  ['customer(id: "ada", atLeast: $token) { orders { nodes { customerName } } }'],
])('INV-17 MERGE %s never shows an order that was written with the older customer after the wait', async (query) => {
  const older = orderDocument('later', { customerVersion: 1, customerName: 'Ada' })
  const orders = [older]
  const waits: string[] = []
  const racing = await startTestGateway({
    documents: { orders, customers: [customerDocument('ada')] },
    queries: {
      listOrders: async () => ({ items: [{ node: older, key: ['1'] as SortKey }], hasMore: false }),
      searchOrders: async () => ({
        hits: [{ order: older, score: 1, highlights: [], key: ['1'] as SortKey }],
        hasMore: false,
      }),
    },
    waiter: {
      waitFor: async (_, views) => {
        const view = views.at(-1)?.kind ?? ''
        waits.push(view)
        if (view === 'order') orders[0] = orderDocument('later', { customerVersion: 3, customerName: 'Ada King' })
        return { kind: 'reached' }
      },
    },
  })
  try {
    const token = racing.tokens.issue({ streamId: 'customer-ada', version: 3 })
    const { body } = await postOperation(racing.url, {
      query: `query ($token: ConsistencyToken) { ${query} }`,
      variables: { token },
    })
    expect(body.errors).toBeUndefined()
    expect(JSON.stringify(body.data)).toContain('[{"customerName":"Ada King"}]')
    expect(waits).toEqual(['lists', 'order'])
  } finally {
    await racing.stop(1_000)
  }
})

test('an order that appears with an older customer while that customer is waited for is waited for again', async () => {
  const orders = [orderDocument('later', { customerVersion: 1, customerName: 'Ada' })]
  let waited = 0
  const racing = await startTestGateway({
    documents: { orders },
    waiter: {
      waitFor: async () => {
        waited += 1
        if (waited === 2) orders[0] = orderDocument('later', { customerVersion: 3, customerName: null })
        return { kind: 'reached' }
      },
    },
  })
  try {
    const token = racing.tokens.issue({ streamId: 'customer-ada', version: 3 })
    const query = 'query ($token: ConsistencyToken) { order(id: "later", atLeast: $token) { customerName } }'
    const { body } = await postOperation(racing.url, { query, variables: { token } })
    expect(body).toEqual({ data: { order: { customerName: null } } })
    expect(waited).toBe(2)
  } finally {
    await racing.stop(1_000)
  }
})
