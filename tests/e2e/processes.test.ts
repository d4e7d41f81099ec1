import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { METRICS, type MetricDescription } from '../../src/telemetry/metricNames.js'
import { prometheusName } from '../../src/telemetry/prometheusName.js'
import { connectClient } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { samplesOf } from '../support/exposition.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { ServiceProcess, type ServiceRole } from '../support/serviceProcess.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { stablePort } from '../support/stack/ports.js'
import { Shop } from './shop.js'

/** A start that waits for its turn at every migration, on a machine with other things to do. */
const TEST_TIMEOUT_MS = 120_000
const DRAIN_MS = 10_000

interface Readiness {
  readonly ready: boolean
  readonly parts: readonly { readonly part: string; readonly state?: string }[]
}

async function readinessAt(origin: string): Promise<Readiness | undefined> {
  try {
    return (await (await fetch(`${origin}/readyz`)).json()) as Readiness
  } catch {
    // Not listening yet.
    return undefined
  }
}

describeOnStack(['kafka', 'elasticsearch', 'redis'], 'the parts as processes of their own', (stack) => {
  let database: TestDatabase
  let processes: ServiceProcess[]

  // One installation under the prefixes of this file.
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  beforeEach(() => {
    processes = []
  })
  afterEach(async () => {
    await Promise.all(processes.map((each) => each.kill()))
  })
  afterAll(() => database.drop())

  const secrets = { TOKEN_SECRET: randomBytes(32).toString('hex'), PERSONAL_DATA_KEY: randomBytes(32).toString('hex') }
  const environment = () => ({ ...stack.environment, DATABASE_URL: database.url, ...secrets })

  function start(role: ServiceRole, env: Record<string, string> = {}): ServiceProcess {
    const started = new ServiceProcess({ ...environment(), ...env }, role)
    processes.push(started)
    return started
  }

  async function startWithHealth(role: 'relay' | 'projector'): Promise<{ started: ServiceProcess; origin: string }> {
    const port = await stablePort()
    return { started: start(role, { METRICS_PORT: String(port) }), origin: `http://127.0.0.1:${port}` }
  }

  it(
    'two of each start at once on empty servers, read each other’s writes, tell how they are, and drain',
    async () => {
      const gateways = [start('gateway'), start('gateway')]
      const others = await Promise.all((['relay', 'relay', 'projector', 'projector'] as const).map(startWithHealth))
      const [writer, reader] = await Promise.all(gateways.map(async (each) => connectClient(await each.url())))
      await Promise.all(others.map(({ started }) => started.ready()))
      if (!writer || !reader) throw new Error('Expected two gateways.')

      const shop = await Shop.open(writer)
      const { id, token } = await shop.order()
      const seen = await reader.request(
        'query ($id: ID!, $token: ConsistencyToken) { order(id: $id, atLeast: $token, waitMs: 10000) { id } orders(atLeast: $token, waitMs: 10000) { totalCount } }',
        { id, token } as never,
      )
      expect(seen).toEqual({ order: { id }, orders: { totalCount: 1 } })

      await eventually(async () => {
        const told = await Promise.all(others.map(({ origin }) => readinessAt(origin)))
        const states = told.flatMap((each) => (each?.ready ? each.parts.map(({ state }) => state) : []))
        return ['leading', 'standing by', 'projecting'].every((state) => states.includes(state))
      })

      for (const [index, { origin }] of others.entries()) {
        const role = index < 2 ? 'relay' : 'projector'
        const declared = Object.values<MetricDescription>(METRICS).filter(({ from }) => from.includes(role))
        const names = samplesOf(await (await fetch(`${origin}/metrics`)).text())
          .map(({ name }) => name.replace(/_(bucket|sum|count)$/, ''))
          .filter((name) => name !== 'target_info')
        expect(declared.map(prometheusName)).toEqual(expect.arrayContaining([...new Set(names)]))
      }

      await Promise.all([writer.close(), reader.close()])
      const askedAt = performance.now()
      for (const each of processes) each.signal('SIGTERM')
      expect(await Promise.all(processes.map((each) => each.exited()))).toEqual(processes.map(() => 0))
      expect(performance.now() - askedAt).toBeLessThan(DRAIN_MS)
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'each refuses a start in one sentence that names the setting',
    async () => {
      await start('relay').ready()
      const taken = await startWithHealth('relay')
      await taken.started.ready()
      const refused: readonly [ServiceProcess, RegExp][] = [
        [start('projector', { KAFKA_PARTITIONS: '3' }), /3 partitions, found 6: set KAFKA_PARTITIONS/],
        [start('relay', { KAFKA_BROKERS: 'nowhere' }), /KAFKA_BROKERS: expected host:port/],
        [start('gateway', { ELASTICSEARCH_URL: '' }), /ELASTICSEARCH_URL: required by start:gateway/],
        [start('relay', { METRICS_PORT: new URL(taken.origin).port }), /in use.*METRICS_PORT/],
        [start('gateway', { METRICS_PORT: new URL(taken.origin).port }), /in use.*METRICS_PORT/],
      ]
      for (const [each, sentence] of refused) {
        expect(await each.exited()).toBe(1)
        expect(each.output).toMatch(sentence)
        expect(each.output).not.toMatch(/^ +at /m)
      }
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'is alive and not ready while it waits for a server, and may be stopped meanwhile',
    async () => {
      const nobody = `127.0.0.1:${await stablePort()}`
      const port = await stablePort()
      const origin = `http://127.0.0.1:${port}`
      const waiting = start('relay', { KAFKA_BROKERS: nobody, METRICS_PORT: String(port) })
      const told = await eventually(() => readinessAt(origin), TEST_TIMEOUT_MS)
      expect(told).toEqual({ ready: false, down: ['relay'], parts: [{ part: 'relay', ok: false, state: 'starting' }] })
      expect((await fetch(`${origin}/healthz`)).status).toBe(200)
      await eventually(() => waiting.output.includes('KAFKA_BROKERS: Kafka does not answer yet'), TEST_TIMEOUT_MS)
      waiting.signal('SIGTERM')
      expect(await waiting.exited()).toBe(0)
    },
    TEST_TIMEOUT_MS,
  )
})
