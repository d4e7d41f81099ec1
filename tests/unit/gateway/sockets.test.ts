import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { aborted, silence } from '../../../src/gateway/liveStream.js'
import type { FeedPosition } from '../../../src/read/announcementFeed.js'
import type { OrderChangeItem, WaitOutcome } from '../../../src/read/index.js'
import { ResumeExpired, StoreUnavailable } from '../../../src/read/index.js'
import { type GatewayDoubles, startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'
import { RawSocket } from '../../support/rawSocket.js'
import { customerDocument, orderDocument } from '../../support/sampleDocuments.js'

let gateway: TestGateway
const sockets: RawSocket[] = []
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()))
  await gateway.stop(1_000)
})

async function start(doubles: GatewayDoubles = {}): Promise<void> {
  gateway = await startTestGateway(doubles)
}

async function client(): Promise<RawSocket> {
  const socket = await RawSocket.initialised(gateway.url)
  sockets.push(socket)
  return socket
}

/** A write that never shows: whoever leaves is answered. */
async function timedOutOnAbort(signal: AbortSignal | undefined): Promise<WaitOutcome> {
  if (signal) await aborted(signal)
  return { kind: 'timedOut', currentVersion: 0 }
}

/** A watcher of orders that never change, which tells when it is listened to and left. */
const quiet = (heard: { listened?: () => void; left?: () => void } = {}): NonNullable<GatewayDoubles['watcher']> => ({
  watchOrder: (_orderId, { signal }) => {
    heard.listened?.()
    void aborted(signal).then(() => heard.left?.())
    return silence(signal)
  },
})
const change = (version: number): OrderChangeItem => ({
  cursor: { version },
  type: 'PaymentProcessed',
  version,
  previousStatus: null,
  order: orderDocument('o1', { version }),
})

const ORDER_CHANGED =
  'subscription ($since: String) { orderChanged(orderId: "o1", since: $since) { cursor version type order { version } } }'

describe('operations on a socket', () => {
  test('a query is answered and completed', async () => {
    await start()
    const socket = await client()
    socket.subscribe('1', '{ projections { name } }')
    expect(await socket.hears(({ type }) => type === 'next')).toEqual({
      id: '1',
      type: 'next',
      payload: { data: { projections: [] } },
    })
    await socket.hears(({ type, id }) => type === 'complete' && id === '1')
  })

  const aliases = (count: number) =>
    `{ ${Array.from({ length: count }, (_, index) => `a${index}: __typename`).join(' ')} }`

  test('too many aliases, and too many tokens, are QUERY_TOO_COMPLEX', async () => {
    await start()
    const socket = await client()
    for (const count of [31, 1_000]) {
      socket.subscribe(String(count), aliases(count))
      const { payload } = await socket.hears(({ id }) => id === String(count))
      expect(payload).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }])
    }
  })

  test.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { __typename } query B { __typename }', 'OPERATION_RESOLUTION_FAILURE'],
    ['{ orders(first: 100) { nodes { timeline(first: 51) { nodes { version } } } } }', 'QUERY_TOO_COMPLEX'],
    ['{ orders(first: 101) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['{ orders(filter: {currency: "USD", minTotal: "1e3"}) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['subscription { projectionCompleted(token: "x", timeoutMs: 60001) { status } }', 'BAD_USER_INPUT'],
    ['mutation { confirmOrder(input: {orderId: "1"}) { projected(timeoutMs: 10001) { id } } }', 'BAD_USER_INPUT'],
  ])('%s is %s', async (query, code) => {
    await start()
    const socket = await client()
    socket.subscribe('1', query)
    const { payload } = await socket.hears(({ type }) => type === 'error')
    const [error] = payload as { message: string; extensions: unknown }[]
    expect(error?.extensions).toEqual({ code })
    // The socket goes on.
    socket.subscribe('2', '{ __typename }')
    await socket.hears(({ type, id }) => type === 'complete' && id === '2')
  })

  test('a variable of the wrong form is BAD_USER_INPUT, a fault of ours INTERNAL_SERVER_ERROR with a trace id', async () => {
    await start({ status: { read: () => Promise.reject(new Error('inner')) } })
    const socket = await client()
    socket.subscribe('1', 'query ($s: OrderSort) { orders(sort: $s) { totalCount } }', { s: 'x' })
    expect(await socket.hears(({ id }) => id === '1')).toMatchObject({
      payload: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    })
    socket.subscribe('2', '{ projections { name } }')
    const answer = await socket.hears(({ id }) => id === '2')
    expect(answer).toMatchObject({
      payload: {
        errors: [
          {
            message: 'Internal server error',
            extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) },
          },
        ],
      },
    })
  })

  test('100 at once, the next is RATE_LIMITED, and there is room again when one ends', async () => {
    await start({ watcher: quiet() })
    const socket = await client()
    for (let id = 1; id <= 101; id++) socket.subscribe(String(id), ORDER_CHANGED)
    const { id, payload } = await socket.hears(({ type }) => type === 'error')
    expect(id).toBe('101')
    expect(payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
    socket.say({ id: '1', type: 'complete' })
    socket.subscribe('102', '{ __typename }')
    await socket.hears((message) => message.id === '102' && message.type === 'complete')
  })
})

describe('subscriptions', () => {
  test('each change comes with a cursor that goes on behind it', async () => {
    const since: (number | undefined)[] = []
    await start({
      watcher: {
        watchOrder: async function* (_orderId, options) {
          since.push(options.sinceVersion)
          yield change((options.sinceVersion ?? 0) + 1)
          await aborted(options.signal)
        },
      },
    })
    const socket = await client()
    socket.subscribe('1', ORDER_CHANGED)
    const first = (await socket.hears(({ id }) => id === '1')) as {
      payload: { data: { orderChanged: { cursor: string } } }
    }
    expect(first.payload.data.orderChanged).toMatchObject({
      version: 1,
      type: 'PaymentProcessed',
      order: { version: 1 },
    })
    socket.subscribe('2', ORDER_CHANGED, { since: first.payload.data.orderChanged.cursor })
    expect(await socket.hears(({ id }) => id === '2')).toMatchObject({
      payload: { data: { orderChanged: { version: 2 } } },
    })
    expect(since).toEqual([undefined, 1])
  })

  test('what stands beside a change is read anew for each change', async () => {
    const customers = [customerDocument('ada')]
    let forgotten: () => void = () => undefined
    const erased = new Promise<void>((resolve) => {
      forgotten = resolve
    })
    await start({
      documents: { customers },
      watcher: {
        watchOrder: async function* (_orderId, options) {
          yield change(1)
          await erased
          yield change(2)
          await aborted(options.signal)
        },
      },
    })
    const socket = await client()
    const query = 'subscription { orderChanged(orderId: "o1") { version order { customer { name } } } }'
    const heard = (version: number) =>
      socket.hears(({ payload }) => JSON.stringify(payload)?.includes(`"version":${version}`) ?? false)
    socket.subscribe('1', query)
    expect(JSON.stringify(await heard(1))).toContain('Ada')
    customers[0] = customerDocument('ada', { version: 2, name: null, email: null, forgotten: true })
    forgotten()
    expect(JSON.stringify(await heard(2))).not.toContain('Ada')
  })

  test('a bad since, and the cursor of another order or another subscription, is BAD_USER_INPUT', async () => {
    await start({
      watcher: {
        watchOrder: async function* () {
          yield change(1)
        },
        watchOrders: async () =>
          (async function* () {
            yield { ...change(1), cursor: { feed: '7' as FeedPosition } }
          })(),
      },
    })
    const socket = await client()
    socket.subscribe('1', ORDER_CHANGED)
    socket.subscribe('2', 'subscription { ordersChanged { cursor } }')
    const cursor = async (id: string, field: string) => {
      const { payload } = await socket.hears((message) => message.id === id && message.type === 'next')
      return (payload as { data: Record<string, { cursor: string }> }).data[field]?.cursor
    }
    const attempts = [
      [ORDER_CHANGED, 'x'],
      [ORDER_CHANGED, await cursor('2', 'ordersChanged')],
      [ORDER_CHANGED.replace('o1', 'o2'), await cursor('1', 'orderChanged')],
      ['subscription ($since: String) { ordersChanged(since: $since) { cursor } }', await cursor('1', 'orderChanged')],
    ] as const
    for (const [index, [query, since]] of attempts.entries()) {
      const id = `bad-${index}`
      socket.subscribe(id, query, { since })
      const { payload } = await socket.hears((message) => message.id === id)
      expect(payload).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    }
  })

  test('a cursor that is older than what is kept is RESUME_EXPIRED', async () => {
    await start({ watcher: { watchOrders: () => Promise.reject(new ResumeExpired('inner')) } })
    const socket = await client()
    socket.subscribe('1', 'subscription { ordersChanged { cursor } }')
    const { payload } = await socket.hears(({ id }) => id === '1')
    expect(payload).toMatchObject({ errors: [{ extensions: { code: 'RESUME_EXPIRED' } }] })
  })

  test('a source that fails on the way ends its subscription with the code, and no other', async () => {
    await start({
      watcher: {
        watchOrder: async function* () {
          yield change(1)
          throw new StoreUnavailable('inner')
        },
      },
    })
    const socket = await client()
    socket.subscribe('1', ORDER_CHANGED)
    const { payload } = await socket.hears(({ type }) => type === 'error')
    expect(payload).toMatchObject([{ extensions: { code: 'UNAVAILABLE', part: 'read store' } }])
    socket.subscribe('2', '{ __typename }')
    await socket.hears(({ id, type }) => id === '2' && type === 'complete')
  })

  test('leaving tells the source at once, by complete and by closing', async () => {
    let left = 0
    let listening = 0
    await start({
      watcher: quiet({
        listened: () => listening++,
        left: () => left++,
      }),
    })
    const socket = await client()
    socket.subscribe('1', ORDER_CHANGED)
    await expect.poll(() => listening).toBe(1)
    socket.say({ id: '1', type: 'complete' })
    await expect.poll(() => left).toBe(1)
    socket.subscribe('2', ORDER_CHANGED)
    await expect.poll(() => listening).toBe(2)
    await socket.close()
    await expect.poll(() => left).toBe(2)
  })

  test('an order id that nothing can have is waited for like any other', async () => {
    await start({ watcher: {} })
    const socket = await client()
    socket.subscribe('1', 'subscription { orderChanged(orderId: "\\u0000") { cursor } }')
    socket.subscribe('2', '{ __typename }')
    await socket.hears(({ id, type }) => id === '2' && type === 'complete')
    expect(socket.received.filter(({ id }) => id === '1')).toEqual([])
  })
})

describe('projectionCompleted', () => {
  const QUERY =
    'subscription ($token: ConsistencyToken!, $level: Visibility) { projectionCompleted(token: $token, level: $level, timeoutMs: 50) { status streamId version elapsedMs order { id } } }'

  test.each<[WaitOutcome, string, unknown]>([
    [{ kind: 'reached' }, 'VISIBLE', { id: 'o1' }],
    [{ kind: 'parked', currentVersion: 1 }, 'QUARANTINED', null],
    [{ kind: 'timedOut', currentVersion: 1 }, 'TIMED_OUT', null],
  ])('%j gives exactly one outcome, %s, and completes', async (outcome, status, order) => {
    await start({ waiter: { waitFor: async () => outcome }, documents: { orders: [orderDocument('o1')] } })
    const socket = await client()
    socket.subscribe('1', QUERY, { token: gateway.tokens.issue({ streamId: 'order-o1', version: 2 }) })
    await socket.hears(({ type }) => type === 'complete')
    const items = socket.received.filter(({ id }) => id === '1')
    expect(items).toMatchObject([
      { type: 'next', payload: { data: { projectionCompleted: { status, streamId: 'o1', version: 2, order } } } },
      { type: 'complete' },
    ])
  })

  test.each([
    ['order-o1', 'DOCUMENT', ['document', 'timeline']],
    ['order-o1', 'SEARCHABLE', ['document', 'timeline', 'lists']],
    ['customer-ada', 'DOCUMENT', ['document', 'lists']],
    ['product-TEA', 'DOCUMENT', ['document']],
    ['product-TEA', 'SEARCHABLE', ['document', 'lists']],
  ])('%s at %s waits for %j', async (streamId, level, kinds) => {
    let seen: readonly { kind: string }[] = []
    await start({
      waiter: {
        waitFor: async (_target, views) => {
          seen = views
          return { kind: 'timedOut', currentVersion: 0 }
        },
      },
    })
    const socket = await client()
    socket.subscribe('1', QUERY, { token: gateway.tokens.issue({ streamId, version: 2 }), level })
    await socket.hears(({ type }) => type === 'complete')
    expect(seen.map(({ kind }) => kind)).toEqual(kinds)
  })

  test('a forged token is INVALID_TOKEN; a store that stays away is UNAVAILABLE', async () => {
    await start({ waiter: { waitFor: () => Promise.reject(new StoreUnavailable('inner')) } })
    const socket = await client()
    socket.subscribe('1', QUERY, { token: 'x' })
    expect(await socket.hears(({ id }) => id === '1')).toMatchObject({
      payload: { errors: [{ extensions: { code: 'INVALID_TOKEN' } }] },
    })
    socket.subscribe('2', QUERY, { token: gateway.tokens.issue({ streamId: 'order-o1', version: 2 }) })
    expect(await socket.hears(({ id }) => id === '2')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'UNAVAILABLE' } }],
    })
  })

  test('one that is left before its outcome leaves nothing behind', async () => {
    const signals: AbortSignal[] = []
    await start({
      waiter: {
        waitFor: (_target, _views, { signal }) => {
          if (signal) signals.push(signal)
          return timedOutOnAbort(signal)
        },
      },
    })
    const socket = await client()
    socket.subscribe('1', QUERY, { token: gateway.tokens.issue({ streamId: 'order-o1', version: 2 }) })
    await expect.poll(() => signals.length).toBe(1)
    socket.say({ id: '1', type: 'complete' })
    await expect.poll(() => signals[0]?.aborted).toBe(true)
  })
})

describe('broken or hostile sockets', () => {
  test.each([
    ['text that is no JSON', 'hello'],
    ['JSON that is no message', '[]'],
    ['a message of no known type', '{"type":"nothing"}'],
    ['a message that only servers send', '{"type":"connection_ack"}'],
  ])('%s closes with 4400', async (_what, text) => {
    await start()
    const socket = await client()
    socket.say(text)
    expect(await socket.closed).toBe(4400)
  })

  test('a frame that breaks the protocol closes with 1002, and the server goes on', async () => {
    await start()
    const broken = await client()
    broken.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x00, 0x01]))
    expect(await broken.closed).toBe(1002)
    const socket = await client()
    socket.subscribe('1', '{ __typename }')
    await socket.hears(({ type }) => type === 'complete')
  })

  test('a message over 256 KiB closes with 1009', async () => {
    await start()
    const socket = await client()
    socket.subscribe('1', `{ __typename } # ${'x'.repeat(262_144)}`)
    expect(await socket.closed).toBe(1009)
  })

  test('an operation before connection_init closes with 4401, a second use of an id with 4409', async () => {
    await start({ watcher: quiet() })
    const early = await RawSocket.open(gateway.url)
    sockets.push(early)
    early.subscribe('1', '{ __typename }')
    expect(await early.closed).toBe(4401)
    const socket = await client()
    socket.subscribe('1', ORDER_CHANGED)
    socket.subscribe('1', ORDER_CHANGED)
    expect(await socket.closed).toBe(4409)
  })

  test('another page, another path, and one socket too many are refused', async () => {
    await start({ limits: { maxSockets: 1 } })
    const refusal = (url: string, origin?: string) =>
      new Promise<number>((resolve, reject) => {
        const socket = new WebSocket(url, 'graphql-transport-ws', origin ? { origin } : {})
        socket.once('unexpected-response', (request, response) => {
          resolve(response.statusCode ?? 0)
          request.destroy()
        })
        socket.once('open', () => reject(new Error('Expected a refusal, found an open socket.')))
        socket.on('error', () => undefined)
      })
    const url = gateway.url.replace('http', 'ws')
    expect(await refusal(url, 'http://evil.example')).toBe(403)
    expect(await refusal(url, 'null')).toBe(403)
    expect(await refusal(`${url}/other`)).toBe(404)
    const own = await RawSocket.open(gateway.url, { origin: gateway.origin })
    sockets.push(own)
    expect(await refusal(url)).toBe(503)
  })

  test('a client that never reads is cut off before its backlog fills the memory', async () => {
    const wide = orderDocument('o1', { cancellationReason: 'x'.repeat(100_000) })
    let yielded = 0
    await start({
      limits: { maxBufferedBytes: 200_000 },
      watcher: {
        watchOrder: async function* (_orderId, { signal }) {
          for (; !signal.aborted; yielded++) yield { ...change(1), order: wide }
        },
      },
    })
    const socket = await client()
    socket.pause()
    for (let id = 1; id <= 100; id++)
      socket.subscribe(String(id), `subscription { orderChanged(orderId: "o1") { order { cancellationReason } } }`)
    await expect.poll(() => yielded, { timeout: 5_000 }).toBeGreaterThan(20)
    const settled = async () => {
      const before = yielded
      await new Promise((resolve) => setImmediate(resolve))
      return yielded === before
    }
    await expect.poll(settled, { timeout: 5_000 }).toBe(true)
    socket.resume()
    expect(await socket.closed).toBe(1006)
  })
})

describe('stopping', () => {
  test('subscriptions complete, the socket closes with 1001, new work is refused', async () => {
    let listening = 0
    await start({
      watcher: quiet({ listened: () => listening++ }),
    })
    const socket = await client()
    socket.subscribe('1', ORDER_CHANGED)
    await expect.poll(() => listening).toBe(1)
    await gateway.stop(5_000)
    expect(socket.received.at(-1)).toEqual({ id: '1', type: 'complete' })
    expect(await socket.closed).toBe(1001)
  })

  test('a wait that is cut short still gives its outcome', async () => {
    let waiting = 0
    await start({
      waiter: {
        waitFor: (_target, _views, { signal }) => {
          waiting++
          return timedOutOnAbort(signal)
        },
      },
    })
    const socket = await client()
    const token = gateway.tokens.issue({ streamId: 'order-o1', version: 2 })
    socket.subscribe('1', 'subscription ($t: ConsistencyToken!) { projectionCompleted(token: $t) { status } }', {
      t: token,
    })
    await expect.poll(() => waiting).toBe(1)
    await gateway.stop(5_000)
    expect(socket.received.slice(-2)).toMatchObject([
      { type: 'next', payload: { data: { projectionCompleted: { status: 'TIMED_OUT' } } } },
      { type: 'complete' },
    ])
  })

  test('a socket that does not go is ended at the deadline', async () => {
    await start({ waiter: { waitFor: () => new Promise(() => undefined) } })
    const socket = await client()
    const token = gateway.tokens.issue({ streamId: 'order-o1', version: 2 })
    socket.subscribe('1', 'query ($t: ConsistencyToken) { order(id: "o1", atLeast: $t) { id } }', { t: token })
    socket.subscribe('2', '{ __typename }')
    await socket.hears(({ id, type }) => id === '2' && type === 'complete')
    const startedAt = performance.now()
    await gateway.stop(100)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})
