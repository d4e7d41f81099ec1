import { gunzipSync } from 'node:zlib'
import pino from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { startGateway } from '../../../src/gateway/server.js'
import { PortInUse } from '../../../src/health/listen.js'
import { postOperation } from '../../support/client.js'
import { startTestGateway, type TestGateway, testGatewayOptions } from '../../support/gatewayDoubles.js'

const running: { stop(deadlineMs: number): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop(1_000)))
})

async function start(...doubles: Parameters<typeof startTestGateway>): Promise<TestGateway> {
  const gateway = await startTestGateway(...doubles)
  running.push(gateway)
  return gateway
}

describe('GraphiQL', () => {
  test('a browser is served a page that loads nothing from elsewhere', async () => {
    const gateway = await start()
    const response = await fetch(gateway.url, { headers: { accept: 'text/html,*/*' } })
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/https?:/)
    const html = await response.text()
    expect(html).toContain('"subscriptionsProtocol":"WS"')
    const tags = html.match(/<(script|link|img|iframe|style)\b[^>]*>/g) ?? []
    expect(tags.length).toBeGreaterThan(0)
    expect(tags.filter((tag) => /(src|href)=["']?(https?:)?\/\//.test(tag))).toEqual([])
  })

  test('it travels compressed, and once', async () => {
    const gateway = await start()
    const accept = { accept: 'text/html' }
    const plain = await fetch(gateway.url, { headers: { ...accept, 'accept-encoding': 'identity' } })
    const etag = plain.headers.get('etag') ?? ''
    expect(plain.headers.get('content-encoding')).toBeNull()
    const again = await fetch(gateway.url, { headers: { ...accept, 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const { get } = await import('node:http')
    const compressed = await new Promise<{ encoding: unknown; body: Buffer }>((resolve, reject) => {
      get(gateway.url, { headers: { ...accept, 'accept-encoding': 'gzip' } }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
        )
      }).on('error', reject)
    })
    expect(compressed.encoding).toBe('gzip')
    expect(gunzipSync(compressed.body).toString()).toBe(await plain.text())
  })
})

describe('plain HTTP', () => {
  test('a query by GET is answered, a mutation is not, and neither is one that a foreign page could send', async () => {
    const gateway = await start()
    const get = (query: string, headers: Record<string, string>) =>
      fetch(`${gateway.url}?query=${encodeURIComponent(query)}`, { headers })
    const preflighted = { 'apollo-require-preflight': '1' }
    expect(await (await get('{ projections { name } }', preflighted)).json()).toEqual({ data: { projections: [] } })
    expect(
      (await get('mutation { confirmOrder(input: {orderId: "1"}) { userErrors { code } } }', preflighted)).status,
    ).toBe(405)
    expect((await get('{ projections { name } }', {})).status).toBe(400)
  })

  test.each([
    ['PUT', '/graphql', 405],
    ['DELETE', '/graphql', 405],
    ['GET', '/', 404],
    ['GET', '/etc/passwd', 404],
    ['GET', '//', 404],
  ])('%s %s is %i with BAD_REQUEST', async (method, path, status) => {
    const gateway = await start()
    const response = await fetch(gateway.origin + path, { method })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
  })
})

describe('probes', () => {
  test('/healthz says alive; /readyz names what is down', async () => {
    const parts = [
      { part: 'event log', ok: true },
      { part: 'read store', ok: true },
    ]
    const gateway = await startGateway({ ...testGatewayOptions(), readiness: async () => parts })
    running.push(gateway)
    const { origin } = new URL(gateway.url)
    expect((await fetch(`${origin}/healthz`)).status).toBe(200)
    const ready = await fetch(`${origin}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, down: [], parts }])
    parts[1] = { part: 'read store', ok: false }
    const down = await fetch(`${origin}/readyz`)
    expect([down.status, await down.json()]).toEqual([503, { ready: false, down: ['read store'], parts }])
  })

  test('a readiness that fails is "no", not a fault', async () => {
    const gateway = await startGateway({ ...testGatewayOptions(), readiness: () => Promise.reject(new Error('inner')) })
    running.push(gateway)
    const response = await fetch(new URL('/readyz', gateway.url))
    expect([response.status, await response.json()]).toMatchObject([503, { ready: false, down: ['readiness'] }])
  })
})

describe('starting and stopping', () => {
  test('a port in use is said in one line', async () => {
    const gateway = await start()
    const second = startGateway({ ...testGatewayOptions(), port: gateway.port, logger: pino({ level: 'silent' }) })
    await expect(second).rejects.toThrow(PortInUse)
    await expect(second).rejects.toThrow(`Port ${gateway.port} on 127.0.0.1 is in use`)
  })

  test('a request under way is answered; afterwards nothing listens; stopping again is nothing new', async () => {
    let release: () => void = () => undefined
    let begun = false
    const gateway = await start({
      status: {
        read: async () => {
          begun = true
          await new Promise<void>((resolve) => {
            release = resolve
          })
          return []
        },
      },
    })
    const answer = postOperation(gateway.url, { query: '{ projections { name } }' })
    await expect.poll(() => begun).toBe(true)
    const stopped = gateway.stop(5_000)
    release()
    expect(await answer).toMatchObject({ status: 200, body: { data: { projections: [] } } })
    await stopped
    await gateway.stop(5_000)
    await expect(fetch(gateway.url)).rejects.toThrow()
  })

  test('a request that never ends is cut at the deadline', async () => {
    let begun = false
    const gateway = await start({
      status: {
        read: () => {
          begun = true
          return new Promise(() => undefined)
        },
      },
    })
    const answer = postOperation(gateway.url, { query: '{ projections { name } }' })
    const cut = expect(answer).rejects.toThrow()
    await expect.poll(() => begun).toBe(true)
    await gateway.stop(100)
    await cut
  })

  test('a caller who leaves stops the wait of the query', async () => {
    const signals: AbortSignal[] = []
    const gateway = await start({
      waiter: {
        waitFor: (_target, _views, { signal }) => {
          if (signal) signals.push(signal)
          return new Promise(() => undefined)
        },
      },
    })
    const leave = new AbortController()
    const token = gateway.tokens.issue({ streamId: 'order-1', version: 1 })
    const answer = fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'query ($t: ConsistencyToken) { order(id: "1", atLeast: $t) { id } }',
        variables: { t: token },
      }),
      signal: leave.signal,
    })
    const left = expect(answer).rejects.toThrow()
    await expect.poll(() => signals.length).toBe(1)
    leave.abort()
    await left
    await expect.poll(() => signals[0]?.aborted).toBe(true)
  })
})
