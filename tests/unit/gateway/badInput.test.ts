import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OrderRequest } from '../../../src/write/index.js'
import { postOperation } from '../../support/client.js'
import { startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'

const requests: OrderRequest[] = []
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway({
    handlers: {
      order: async (request) => {
        requests.push(request)
        return { kind: 'refused', code: 'INVALID_INPUT', message: 'Expected …', field: ['items'], retryable: false }
      },
    },
    queries: {
      listOrders: async () => ({ items: [], hasMore: false }),
    },
  })
})
afterAll(() => gateway.stop(1_000))

async function errorOf(query: string, variables?: unknown) {
  const { body } = await postOperation(gateway.url, { query, variables })
  const [error] = body.errors ?? []
  return { code: error?.extensions?.code, message: error?.message ?? '', text: JSON.stringify(body) }
}

const INPUT =
  'mutation ($amount: Decimal!) { recordPayment(input: {orderId: "1", reference: "r", amount: {amount: $amount, currency: "USD"}}) { userErrors { code } } }'

describe('a scalar of the wrong form is BAD_USER_INPUT, as a literal and as a variable', () => {
  test.each(['1e3', ' 1', '1 ', '+5', '.5', '5.', '', '1,5', '0x10', '١', 'NaN'])('amount %j', async (amount) => {
    const literal = INPUT.replace('($amount: Decimal!)', '').replace('$amount', JSON.stringify(amount))
    for (const { code, message, text } of [await errorOf(INPUT, { amount }), await errorOf(literal)]) {
      expect(code).toBe('BAD_USER_INPUT')
      expect(message).toContain('19.90')
      expect(text).not.toMatch(/stack|node_modules|\.ts:|\.js:/)
    }
  })

  test.each([['5'], [5.5], [true], [['1']]])('amount %j that is no string', async (amount) => {
    const expected = typeof amount === 'string' ? undefined : 'BAD_USER_INPUT'
    expect((await errorOf(INPUT, { amount })).code).toBe(expected)
  })

  test('amount -1 is of the right form: the domain says what is wrong with it', async () => {
    const { body } = await postOperation(gateway.url, { query: INPUT, variables: { amount: '-1' } })
    expect(body.errors).toBeUndefined()
    expect(body.data).toEqual({ recordPayment: { userErrors: [{ code: 'INVALID_INPUT' }] } })
  })

  test.each(['2026-02-30T00:00:00Z', '2026-03-01', 'yesterday', '2026-03-01T00:00:00', ''])(
    'DateTime %j',
    async (from) => {
      const query = 'query ($from: DateTime) { orders(filter: {createdFrom: $from}) { nodes { id } } }'
      const { code, message } = await errorOf(query, { from })
      expect(code).toBe('BAD_USER_INPUT')
      expect(message).toContain('RFC 3339')
    },
  )

  test.each(['2147483648', '-2147483649', '1.5', '"1"'])('quantity %s', async (quantity) => {
    const { code } = await errorOf(
      `mutation { addOrderItem(input: {orderId: "1", item: {sku: "s", quantity: ${quantity}}}) { userErrors { code } } }`,
    )
    expect(code).toBe('BAD_USER_INPUT')
  })

  test('quantity 2^31 in a variable', async () => {
    const query =
      'mutation ($q: Int!) { addOrderItem(input: {orderId: "1", item: {sku: "s", quantity: $q}}) { userErrors { code } } }'
    expect((await errorOf(query, { q: 2 ** 31 })).code).toBe('BAD_USER_INPUT')
  })
})

describe('page arguments that cannot be meant are BAD_USER_INPUT', () => {
  test.each([
    ['first: 0', 'first'],
    ['first: -1', 'first'],
    ['first: 101', '100'],
    ['last: 0', 'last'],
    ['last: 101', '100'],
    ['first: 1, last: 1', 'both'],
    ['after: "x"', 'cursor'],
    ['before: "x"', 'last'],
    ['last: 1, before: "x"', 'cursor'],
    ['first: 1, before: "x"', 'last'],
    ['last: 1, after: "x"', 'before'],
    ['sort: TOTAL_ASC', 'currency'],
    ['filter: {minTotal: "1"}', 'currency'],
    ['filter: {currency: "XXX"}', 'ISO 4217'],
    ['filter: {currency: "USD", minTotal: "0.001"}', 'decimals'],
    ['waitMs: -1', '0 to 10000'],
    ['waitMs: 10001', '0 to 10000'],
  ])('orders(%s)', async (args, part) => {
    const { code, message } = await errorOf(`{ orders(${args}) { nodes { id } } }`)
    expect(code).toBe('BAD_USER_INPUT')
    expect(message).toContain(part)
  })

  test.each(['")(*:*', '', '   '])('a search for %j has nothing to look for', async (query) => {
    const search = 'query ($query: String!) { searchOrders(query: $query) { nodes { id } } }'
    const { code, message } = await errorOf(search, { query })
    expect(code).toBe('BAD_USER_INPUT')
    expect(message).toContain('letter or digit')
  })

  test('a command is not done when its answer could not be given', async () => {
    requests.length = 0
    const confirm = (projected: string) =>
      `mutation { confirmOrder(input: {orderId: "1"}) { userErrors { code } projected${projected} } }`
    expect((await errorOf(confirm('(timeoutMs: 10001) { id }'))).code).toBe('BAD_USER_INPUT')
    expect((await errorOf(confirm('{ timeline(first: 101) { nodes { version } } }'))).code).toBe('BAD_USER_INPUT')
    expect(requests).toEqual([])
  })
})

describe('tokens', () => {
  test.each(['x', '', 'a.b.c', '\u0000', '🙂'])('%j is INVALID_TOKEN', async (token) => {
    const query = 'query ($token: ConsistencyToken) { order(id: "1", atLeast: $token) { id } }'
    expect((await errorOf(query, { token })).code).toBe('INVALID_TOKEN')
  })

  test('every single changed character is INVALID_TOKEN', async () => {
    const token = gateway.tokens.issue({ streamId: 'order-1', version: 3 })
    const query = 'query ($token: ConsistencyToken) { order(id: "1", atLeast: $token) { id } }'
    for (const [index, character] of [...token].entries()) {
      const changed = token.slice(0, index) + (character === 'A' ? 'B' : 'A') + token.slice(index + 1)
      expect((await errorOf(query, { token: changed })).code).toBe('INVALID_TOKEN')
    }
    expect((await errorOf(query, { token })).code).toBeUndefined()
  })
})

describe('ids that nothing can have are answered with null, and no store is asked', () => {
  test.each(['', '\u0000', 'a\nb', '\ud800', 'x'.repeat(100_000)])('%j', async (id) => {
    gateway.reads.length = 0
    const query = 'query ($id: ID!) { order(id: $id) { id } customer(id: $id) { id } product(sku: $id) { sku } }'
    const { body } = await postOperation(gateway.url, { query, variables: { id } })
    expect(body).toEqual({ data: { order: null, customer: null, product: null } })
    expect(gateway.reads).toEqual([])
  })
})
