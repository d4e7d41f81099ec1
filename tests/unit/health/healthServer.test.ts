import { afterEach, describe, expect, it } from 'vitest'
import { type HealthServer, startHealthServer } from '../../../src/health/healthServer.js'
import { PortInUse, requireFreePort } from '../../../src/health/listen.js'
import { type Readiness, reachable, together } from '../../../src/health/probes.js'

let server: HealthServer | undefined
afterEach(() => server?.stop())

const ANY_PORT = { host: '127.0.0.1', port: 0, variable: 'METRICS_PORT' } as const

async function start(readiness: Readiness): Promise<string> {
  server = await startHealthServer({ ...ANY_PORT, readiness })
  return server.url
}

async function ask(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url)
  return { status: response.status, body: await response.json() }
}

describe('the health of a process without an API', () => {
  it('is alive whether it is ready or not, and says what is down', async () => {
    const url = await start(async () => [
      { part: 'relay', ok: true, state: 'standing by' },
      { part: 'Kafka', ok: false },
    ])
    expect((await ask(`${url}/healthz`)).status).toBe(200)
    expect(await ask(`${url}/readyz`)).toEqual({
      status: 503,
      body: {
        ready: false,
        down: ['Kafka'],
        parts: [
          { part: 'relay', ok: true, state: 'standing by' },
          { part: 'Kafka', ok: false },
        ],
      },
    })
  })

  it('is ready when everything is there, and not when nobody can say', async () => {
    let answer: Readiness = async () => [{ part: 'relay', ok: true }]
    const url = await start(() => answer())
    expect((await ask(`${url}/readyz`)).status).toBe(200)
    answer = () => Promise.reject(new Error('no answer'))
    expect((await ask(`${url}/readyz`)).status).toBe(503)
  })

  it('asks all parts before the first of them has answered', async () => {
    const asked = Promise.withResolvers<boolean>()
    const first = reachable('Kafka', { isReachable: () => asked.promise })
    const last = reachable('announcements', {
      isReachable: () => {
        asked.resolve(false)
        return Promise.resolve(false)
      },
    })
    const url = await start(together(first, last))
    expect(await ask(`${url}/readyz`)).toMatchObject({ status: 503, body: { down: ['Kafka', 'announcements'] } })
  })

  it('names a server that hangs or fails, and no other', async () => {
    const hanging = reachable('event log', { isReachable: () => new Promise(() => undefined) })
    const failing = reachable('Redis', { isReachable: () => Promise.reject(new Error('closed')) })
    const url = await start(together(hanging, failing, async () => [{ part: 'relay', ok: true }]))
    expect(await ask(`${url}/readyz`)).toMatchObject({ status: 503, body: { down: ['event log', 'Redis'] } })
  })

  it('tells its metrics as Prometheus reads them, where it has any', async () => {
    const answers = [async () => 'up 1\n', () => Promise.reject(new Error('stopped'))]
    const metricsText = () => answers.shift()?.() ?? Promise.reject(new Error('asked too often'))
    server = await startHealthServer({ ...ANY_PORT, readiness: async () => [], metricsText })
    const response = await fetch(`${server.url}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(await response.text()).toBe('up 1\n')
    expect((await fetch(`${server.url}/metrics`)).status).toBe(503)
    await server.stop()
    expect((await fetch(`${await start(async () => [])}/metrics`)).status).toBe(404)
  })

  it('knows no other path', async () => {
    const url = await start(async () => [])
    expect((await ask(`${url}/graphql`)).status).toBe(404)
  })

  it('names the variable of a port that is taken', async () => {
    const taken = { ...ANY_PORT, port: Number(new URL(await start(async () => [])).port) }
    await expect(startHealthServer({ ...taken, readiness: async () => [] })).rejects.toThrow(
      /with METRICS_PORT, 0 for none\.$/,
    )
    await expect(requireFreePort({ ...taken, variable: 'PORT' })).rejects.toThrow(PortInUse)
    await requireFreePort({ ...taken, port: 0 })
  })
})
