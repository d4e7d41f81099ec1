import pino from 'pino'
import { afterEach, expect, test } from 'vitest'
import { InvalidSortKey, StoreUnavailable, TooManyWaiters } from '../../../src/read/index.js'
import { LogUnavailable } from '../../../src/write/eventStore/eventStore.js'
import { postOperation } from '../../support/client.js'
import { type GatewayDoubles, startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'

let gateway: TestGateway | undefined
afterEach(async () => {
  await gateway?.stop(1_000)
  gateway = undefined
})

async function answerOf(doubles: GatewayDoubles, query: string, variables?: unknown) {
  gateway = await startTestGateway(doubles)
  return (await postOperation(gateway.url, { query, variables })).body.errors?.[0]
}

const PROJECTIONS = '{ projections { name } }'
const failing = (error: unknown): GatewayDoubles => ({ status: { read: () => Promise.reject(error) } })

test('a fault of ours tells the caller nothing but the trace id, and the log everything but the operation', async () => {
  const lines: string[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  const error = await answerOf({ ...failing(new Error('relation "read.orders" does not exist')), logger }, PROJECTIONS)
  expect(error).toEqual({
    message: 'Internal server error',
    locations: [{ line: 1, column: 3 }],
    path: ['projections'],
    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) },
  })
  const [logged] = lines.map((line) => JSON.parse(line))
  expect(logged).toMatchObject({
    traceId: error?.extensions?.traceId,
    path: 'projections',
    fault: { message: 'relation "read.orders" does not exist' },
  })
  expect(lines.join()).not.toContain(PROJECTIONS)
})

test('something thrown that is no error at all does no harm', async () => {
  expect(await answerOf(failing(undefined), PROJECTIONS)).toMatchObject({
    message: expect.any(String),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  })
})

test.each([
  [
    new StoreUnavailable('ECONNREFUSED 127.0.0.1:5432'),
    { code: 'UNAVAILABLE', part: 'read store', retryAfterMs: 1_000 },
  ],
  [new LogUnavailable('ECONNREFUSED 127.0.0.1:5432'), { code: 'UNAVAILABLE', part: 'event log', retryAfterMs: 1_000 }],
  [new TooManyWaiters('inner'), { code: 'RATE_LIMITED', retryAfterMs: 1_000 }],
  [new InvalidSortKey('inner'), { code: 'BAD_USER_INPUT' }],
])('%o has a code of its own and no inner message', async (thrown, extensions) => {
  const error = await answerOf(failing(thrown), PROJECTIONS)
  expect(error?.extensions).toEqual(extensions)
  expect(error?.message).not.toMatch(/ECONN|inner/)
})

test.each([
  ['{', 'GRAPHQL_PARSE_FAILED'],
  ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ['query A { __typename } query B { __typename }', 'OPERATION_RESOLUTION_FAILURE'],
  ['query ($id: ID!) { order(id: $id) { id } }', 'BAD_USER_INPUT'],
])('%s is %s', async (query, code) => {
  expect((await answerOf({}, query))?.extensions).toEqual({ code })
})
