import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { postOperation } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import { Shop } from './shop.js'

describeInBothProfiles((startService) => {
  let service: ServiceUnderTest
  let shop: Shop
  let order: { id: string; token: string }

  beforeAll(async () => {
    service = await startService()
    shop = await Shop.open(service.client)
    order = await shop.order()
    await service.client.request(
      'query ($token: ConsistencyToken) { orders(atLeast: $token, waitMs: 10000) { totalCount } }',
      { token: order.token } as never,
    )
  })
  afterAll(() => service.stop())

  /** Whatever was sent: the server is still there, and nothing is half-written. */
  afterEach(async () => {
    const { status, body } = await postOperation(service.url, { query: '{ orders { totalCount } }' })
    expect({ status, body }).toEqual({ status: 200, body: { data: { orders: { totalCount: 1 } } } })
  })

  const LEAKS = /\bat .+:\d+:\d+|node_modules|select |insert |PrismaClient|\/src\/|\.ts\b|syntax error at/i

  async function answerOf(query: string, variables?: unknown) {
    const answer = await postOperation(service.url, { query, variables })
    expect(JSON.stringify(answer.body)).not.toMatch(LEAKS)
    return answer
  }

  async function codeOf(query: string, variables?: unknown): Promise<unknown> {
    const { body } = await answerOf(query, variables)
    expect(body.errors?.[0]?.message).toMatch(/.{10,}/)
    return body.errors?.[0]?.extensions?.code
  }

  const CREATE =
    'mutation ($input: CreateOrderInput!) { createOrder(input: $input) { receipt { version } userErrors { code message field } } }'
  const PAY =
    'mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { receipt { version } userErrors { code message field } } }'
  const ADDRESS = { line1: 'High Street 1', city: 'Henderson', postalCode: '42420', country: 'US' }

  async function userErrorOf(query: string, input: unknown): Promise<{ code: string; field: string[] } | undefined> {
    const { status, body } = await answerOf(query, { input })
    expect(status).toBe(200)
    expect(body.errors).toBeUndefined()
    const payload = Object.values(body.data ?? {})[0] as {
      receipt: unknown
      userErrors: { code: string; message: string; field: string[] }[]
    }
    expect(payload.receipt).toBeNull()
    expect(payload.userErrors[0]?.message).toMatch(/.{10,}/)
    return payload.userErrors[0]
  }

  const items = (...quantities: number[]) => quantities.map((quantity) => ({ sku: shop.sku, quantity }))
  const create = (change: object) =>
    userErrorOf(CREATE, { customerId: shop.customerId, items: items(1), shippingAddress: ADDRESS, ...change })
  const pay = (amount: string, currency = 'USD') =>
    userErrorOf(PAY, { orderId: order.id, reference: 'r', amount: { amount, currency } })

  describe('commands that a rule refuses', () => {
    it.each([0, -1, 1_000_001])('quantity %i', async (quantity) => {
      expect(await create({ items: items(quantity) })).toMatchObject({
        code: 'INVALID_QUANTITY',
        field: ['items', '0', 'quantity'],
      })
    })
    it('an empty order', async () => expect(await create({ items: [] })).toMatchObject({ code: 'EMPTY_ORDER' }))
    it('1,000 lines', async () =>
      expect(await create({ items: items(...Array<number>(1000).fill(1)) })).toMatchObject({ code: 'INVALID_INPUT' }))
    it('an unknown customer', async () =>
      expect(await create({ customerId: 'nobody' })).toMatchObject({ code: 'UNKNOWN_CUSTOMER' }))
    it('an unknown product', async () =>
      expect(await create({ items: [{ sku: 'nothing', quantity: 1 }] })).toMatchObject({ code: 'UNKNOWN_PRODUCT' }))
    it.each(['', 'x'.repeat(129), 'a\u0000b', 'a\nb'])('the order id %j', async (orderId) =>
      expect(await create({ orderId })).toMatchObject({ code: 'INVALID_INPUT', field: ['orderId'] }),
    )
    it('an order id that is taken', async () =>
      expect(await create({ orderId: order.id })).toMatchObject({ code: 'ORDER_ALREADY_EXISTS' }))
    it('a country that there is not', async () =>
      expect(await create({ shippingAddress: { ...ADDRESS, country: 'XX' } })).toMatchObject({ code: 'INVALID_INPUT' }))
    it('more decimals than the currency has', async () =>
      expect(await pay('0.001')).toMatchObject({ code: 'INVALID_INPUT', field: ['amount', 'amount'] }))
    it('a currency that there is not', async () =>
      expect(await pay('1.00', 'XXX')).toMatchObject({ code: 'INVALID_INPUT', field: ['amount', 'currency'] }))
    it('another currency', async () => expect(await pay('1.00', 'EUR')).toMatchObject({ code: 'CURRENCY_MISMATCH' }))
    it('a negative payment', async () => expect(await pay('-1')).toMatchObject({ code: 'INVALID_INPUT' }))
    it('too much', async () => expect(await pay('20.01')).toMatchObject({ code: 'OVERPAYMENT' }))
  })

  describe('requests that are wrong in themselves', () => {
    it.each(['1e3', ' 1', '+5', '.5', '1.', '', '١'])('the amount %j is BAD_USER_INPUT', async (amount) => {
      const input = { orderId: order.id, reference: 'r', amount: { amount, currency: 'USD' } }
      expect(await codeOf(PAY, { input })).toBe('BAD_USER_INPUT')
    })
    it('a quantity of 2^31 is BAD_USER_INPUT', async () => {
      expect(
        await codeOf(CREATE, {
          input: { customerId: shop.customerId, items: items(2 ** 31), shippingAddress: ADDRESS },
        }),
      ).toBe('BAD_USER_INPUT')
    })
    it.each([
      ['first: 0', 'BAD_USER_INPUT'],
      ['first: 101', 'BAD_USER_INPUT'],
      ['first: -1', 'BAD_USER_INPUT'],
      ['first: 1, last: 1', 'BAD_USER_INPUT'],
      ['after: "nonsense"', 'BAD_USER_INPUT'],
      ['filter: { minTotal: "1.00" }', 'BAD_USER_INPUT'],
      ['sort: TOTAL_DESC', 'BAD_USER_INPUT'],
      ['filter: { createdFrom: "yesterday" }', 'BAD_USER_INPUT'],
      ['filter: { createdFrom: "0000-01-01T00:00:00Z" }', 'BAD_USER_INPUT'],
      ['filter: { createdTo: "9999-12-31T23:59:59-14:00" }', 'BAD_USER_INPUT'],
      ['waitMs: 10001', 'BAD_USER_INPUT'],
      ['waitMs: -1', 'BAD_USER_INPUT'],
      ['atLeast: "nonsense"', 'INVALID_TOKEN'],
      ['atLeast: ""', 'INVALID_TOKEN'],
    ])('orders(%s) is %s', async (given, code) => {
      const { body } = await answerOf(`{ orders(${given}) { totalCount } }`)
      const found = body.errors?.[0]?.extensions?.code
      // A literal of a scalar that can't be read is found out before execution.
      expect(found === 'GRAPHQL_VALIDATION_FAILED' ? 'BAD_USER_INPUT' : found).toBe(code)
    })
    it('a token with one bit changed is INVALID_TOKEN', async () => {
      const bytes = Buffer.from(order.token)
      for (const position of [0, bytes.length >> 1, bytes.length - 1]) {
        const changed = Buffer.from(bytes)
        changed[position] = (changed[position] ?? 0) ^ 1
        expect(
          await codeOf('query ($id: ID!, $t: ConsistencyToken) { order(id: $id, atLeast: $t) { id } }', {
            id: order.id,
            t: changed.toString(),
          }),
        ).toBe('INVALID_TOKEN')
      }
    })
    it('a cursor of another sort or another query is BAD_USER_INPUT', async () => {
      const { body } = await answerOf('{ orders { pageInfo { endCursor } } products { pageInfo { endCursor } } }')
      const data = body.data as {
        orders: { pageInfo: { endCursor: string } }
        products: { pageInfo: { endCursor: string } }
      }
      expect(
        await codeOf('query ($c: String) { orders(sort: UPDATED_AT_DESC, after: $c) { totalCount } }', {
          c: data.orders.pageInfo.endCursor,
        }),
      ).toBe('BAD_USER_INPUT')
      expect(
        await codeOf('query ($c: String) { orders(after: $c) { totalCount } }', {
          c: data.products.pageInfo.endCursor,
        }),
      ).toBe('BAD_USER_INPUT')
    })
    it.each(['")(*:*', '', '   ', '%_\\', "'; DROP TABLE x", '\u0000'])(
      'a search for %j is answered',
      async (query) => {
        const { body } = await answerOf('query ($q: String!) { searchOrders(query: $q) { totalCount } }', { q: query })
        expect(body.errors?.[0]?.extensions?.code ?? 'answered').toMatch(/answered|BAD_USER_INPUT/)
      },
    )
    it('a query that is none, and a field that there is not', async () => {
      expect(await codeOf('{ orders(')).toBe('GRAPHQL_PARSE_FAILED')
      expect(await codeOf('{ orders { secrets } }')).toBe('GRAPHQL_VALIDATION_FAILED')
    })
  })

  describe('requests beyond the limits', () => {
    it('a body over 256 KiB is HTTP 413 with BAD_REQUEST', async () => {
      const { status, body } = await answerOf(`{ orders { totalCount } } #${'x'.repeat(1_000_000)}`)
      expect({ status, code: body.errors?.[0]?.extensions?.code }).toEqual({ status: 413, code: 'BAD_REQUEST' })
    })
    it('1,000 aliases, depth 50 and 10,000 objects are QUERY_TOO_COMPLEX', async () => {
      expect(
        await codeOf(`{ ${Array.from({ length: 1000 }, (_, n) => `a${n}: projections { name }`).join(' ')} }`),
      ).toBe('QUERY_TOO_COMPLEX')
      expect(
        await codeOf(`{ orders { nodes { ${'customer { orders { nodes { '.repeat(16)} id ${'} } }'.repeat(16)} } } }`),
      ).toBe('QUERY_TOO_COMPLEX')
      expect(
        await codeOf('{ orders(first: 100) { nodes { customer { orders(first: 100) { nodes { id } } } } } }'),
      ).toBe('QUERY_TOO_COMPLEX')
    })
    it('the socket has the same limits, and survives what is no frame of the protocol', async () => {
      const answers = service.client.subscribe(
        `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: projections { name }`).join(' ')} }`,
      )
      expect((await answers.next()).value.errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }])
      for (const [text, closeCode] of [
        ['no JSON', 4400],
        [JSON.stringify({ type: 'connection_init', payload: 'x'.repeat(300_000) }), 1009],
      ] as const) {
        const socket = new WebSocket(service.url.replace(/^http/, 'ws'), 'graphql-transport-ws')
        let closed: number | undefined
        socket.on('close', (code) => {
          closed = code
        })
        socket.on('error', () => undefined)
        socket.on('open', () => socket.send(text))
        expect(await eventually(() => closed)).toBe(closeCode)
      }
    })
  })

  describe('while a write is not visible', () => {
    it('CONSISTENCY_TIMEOUT says where it is, where it should be, and when to ask again', async () => {
      // A zero wait may be too short, or not: both answers are right, an older document is not.
      const { body } = await answerOf(
        'mutation ($input: ConfirmOrderInput!) { confirmOrder(input: $input) { receipt { token version } } }',
        { input: { orderId: order.id } },
      )
      const { token } = (body.data as { confirmOrder: { receipt: { token: string } } }).confirmOrder.receipt
      const { body: read } = await answerOf(
        'query ($id: ID!, $t: ConsistencyToken) { order(id: $id, atLeast: $t, waitMs: 0) { version } }',
        { id: order.id, t: token },
      )
      const [error] = read.errors ?? []
      if (error)
        expect(error.extensions).toMatchObject({
          code: 'CONSISTENCY_TIMEOUT',
          expectedVersion: 2,
          currentVersion: 1,
          retryAfterMs: expect.any(Number),
        })
      else expect(read.data).toEqual({ order: { version: 2 } })
    })
  })
})
