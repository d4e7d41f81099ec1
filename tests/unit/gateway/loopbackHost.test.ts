import { once } from 'node:events'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.stop(1_000))

async function statusFor(host: string): Promise<number | undefined> {
  const asked = request(gateway.url, { method: 'POST', headers: { host, 'content-type': 'application/json' } })
  asked.end('{"query":"{ __typename }"}')
  const [response] = await once(asked, 'response')
  response.resume()
  await once(response, 'end')
  return response.statusCode
}

test.each(['localhost', '127.0.0.1', '127.0.0.1:4000', '[::1]:4000', 'LOCALHOST:1'])(
  '%s is this machine',
  async (host) => {
    expect(await statusFor(host)).toBe(200)
  },
)

test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1'])(
  '%s is refused: a page whose name was made to lead here must not get in without a login',
  async (host) => {
    expect(await statusFor(host)).toBe(403)
    const socket = new WebSocket(gateway.url.replace(/^http/, 'ws'), 'graphql-transport-ws', {
      headers: { host },
      origin: `http://${host}`,
    })
    const [error] = await once(socket, 'error')
    expect(String(error)).toContain('403')
  },
)
