import { connect } from 'node:net'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postOperation } from '../../support/client.js'
import { startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway({
    queries: { listOrders: async () => ({ items: [], hasMore: false }) },
  })
})
afterAll(() => gateway.stop(1_000))

async function codeOf(query: string, variables?: unknown): Promise<unknown> {
  const { body } = await postOperation(gateway.url, { query, variables })
  return body.errors?.[0]?.extensions?.code
}

describe('beyond the limits of an operation: QUERY_TOO_COMPLEX', () => {
  test('1,000 aliases are more tokens than there may be', async () => {
    const aliases = Array.from({ length: 1_000 }, (_, index) => `a${index}: __typename`).join(' ')
    expect(await codeOf(`{ ${aliases} }`)).toBe('QUERY_TOO_COMPLEX')
  })

  test('a page size in the default of a variable counts, whatever the variable is called', async () => {
    const query =
      'query ($toString: Int = 100) { orders(first: $toString) { nodes { customer { orders(first: 100) { nodes { id } } } } } }'
    expect(await codeOf(query, {})).toBe('QUERY_TOO_COMPLEX')
    expect(await codeOf('query ($toString: Int = 1000000) { orders(first: $toString) { nodes { id } } }', {})).toBe(
      'BAD_USER_INPUT',
    )
  })

  test('a field that is repeated more often than validation compares', async () => {
    const query = `{ ${'__typename '.repeat(900)} }`
    const { body } = await postOperation(gateway.url, { query })
    expect(body.errors).toMatchObject([
      { message: expect.stringContaining('select it once'), extensions: { code: 'QUERY_TOO_COMPLEX' } },
    ])
  })

  test('30 aliases pass, 31 do not', async () => {
    const aliases = (count: number) =>
      `{ ${Array.from({ length: count }, (_, index) => `a${index}: __typename`).join(' ')} }`
    expect(await codeOf(aliases(30))).toBeUndefined()
    expect(await codeOf(aliases(31))).toBe('QUERY_TOO_COMPLEX')
  })

  test('aliases of a fragment count once for each use', async () => {
    const inner = Array.from({ length: 16 }, (_, index) => `a${index}: __typename`).join(' ')
    expect(await codeOf(`{ ...f } fragment f on Query { ${inner} }`)).toBeUndefined()
    expect(await codeOf(`{ ...f ...f } fragment f on Query { ${inner} }`)).toBe('QUERY_TOO_COMPLEX')
  })

  test('depth 50, and 13, but not 12', async () => {
    const nested = (levels: number) => {
      const inner = Array.from({ length: Math.floor((levels - 2) / 2) }).reduce<string>(
        (body) => `customer { orders(first: 1) { nodes { ${body} } } }`,
        'id',
      )
      return `{ order(id: "1") { ${inner} } }`
    }
    expect(await codeOf(nested(50))).toBe('QUERY_TOO_COMPLEX')
    const eleven =
      'order(id: "1") { customer { orders(first: 1) { nodes { customer { orders(first: 1) { nodes { customer { orders(first: 1) { nodes {'
    expect(await codeOf(`{ ${eleven} id } } } } } } } } } } }`)).toBeUndefined()
    expect(await codeOf(`{ ${eleven} totalAmount { amount } } } } } } } } } } } }`)).toBeUndefined()
    expect(await codeOf(`{ ${eleven} customer { orders(first: 1) { totalCount } } } } } } } } } } } } }`)).toBe(
      'QUERY_TOO_COMPLEX',
    )
  })

  test('introspection is exempt from depth', async () => {
    expect(await codeOf(getIntrospectionQuery())).toBeUndefined()
  })

  test('fragments that use each other twofold, 100 deep, are answered fast', async () => {
    const fragments = Array.from(
      { length: 100 },
      (_, index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`,
    )
    const query = `{ ...f0 } ${fragments.join(' ')} fragment f100 on Query { a: __typename }`
    const startedAt = performance.now()
    expect(await codeOf(query)).toBe('QUERY_TOO_COMPLEX')
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  test('a fragment that contains itself is invalid, and nothing worse', async () => {
    expect(await codeOf('{ ...f } fragment f on Query { ...f }')).toBe('GRAPHQL_VALIDATION_FAILED')
  })

  test('page sizes multiply along a path: 5,000 pass, more do not', async () => {
    expect(await codeOf('{ orders(first: 100) { nodes { timeline { nodes { version } } } } }')).toBeUndefined()
    expect(await codeOf('{ orders(first: 100) { nodes { timeline(first: 51) { nodes { version } } } } }')).toBe(
      'QUERY_TOO_COMPLEX',
    )
  })

  test('an argument left out counts its default', async () => {
    const four = '{ orders { nodes { customer { orders { nodes { customer { orders { nodes { id } } } } } } } } }'
    expect(await codeOf(four)).toBe('QUERY_TOO_COMPLEX')
  })

  test('page sizes in variables count, and so do their defaults', async () => {
    const query =
      'query ($size: Int = 51) { orders(first: 100) { nodes { timeline(first: $size) { nodes { version } } } } }'
    expect(await codeOf(query)).toBe('QUERY_TOO_COMPLEX')
    expect(await codeOf(query, { size: 50 })).toBeUndefined()
    expect(await codeOf(query, { size: 51 })).toBe('QUERY_TOO_COMPLEX')
  })

  test('thousands of equal fields do not keep the server busy', async () => {
    const startedAt = performance.now()
    await codeOf(`{ order(id: "1") { ${'id '.repeat(1_900)} } }`)
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })
})

describe('requests that are too large or no requests', () => {
  test('a query of 1 MB is 413 with BAD_REQUEST', async () => {
    const { status, body } = await postOperation(gateway.url, {
      query: `{ projections { name } } # ${'x'.repeat(1_048_576)}`,
    })
    expect(status).toBe(413)
    expect(body.errors?.[0]?.extensions?.code).toBe('BAD_REQUEST')
  })

  test('so is a body that does not say its length', async () => {
    const answer = await rawRequest(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${'10000\r\n'}${'x'.repeat(65_536)}\r\n`.concat(
        `10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(5),
      ),
    )
    expect(answer).toContain('413')
    expect(answer).toContain('BAD_REQUEST')
  })

  test.each([
    ['{ "query": ', 'application/json', 400],
    ['{ "query": "{ __typename }" }', 'text/plain', 415],
    ['[]', 'application/json', 400],
    ['{}', 'application/json', 400],
  ])('body %s as %s is %i', async (body, type, status) => {
    const response = await fetch(gateway.url, { method: 'POST', headers: { 'content-type': type }, body })
    expect(response.status).toBe(status)
    const answer = (await response.json()) as { errors: { extensions: { code: string } }[] }
    expect(answer.errors[0]?.extensions.code).toBe('BAD_REQUEST')
  })

  test('a subscription over HTTP is BAD_REQUEST', async () => {
    expect(await codeOf('subscription { ordersChanged { version } }')).toBe('BAD_REQUEST')
  })
})

/** Sends bytes, and gives what comes back as soon as it holds a whole JSON answer. */
function rawRequest(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(bytes))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
      if (answer.endsWith('}')) socket.destroy()
    })
    socket.once('close', () => resolve(answer))
    socket.once('error', reject)
  })
}
