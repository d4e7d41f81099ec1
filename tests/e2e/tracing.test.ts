import { randomBytes } from 'node:crypto'
import { Client as Database } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connectClient } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { ServiceProcess } from '../support/serviceProcess.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { type ExportedSpan, startTraceCollector, type TraceCollector } from '../support/traceCollector.js'
import { ADDRESS, accepted, Shop } from './shop.js'

const TEST_TIMEOUT_MS = 120_000
const [INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER] = [1, 2, 3, 4, 5]

const CREATE = /* GraphQL */ `
  mutation ($input: CreateOrderInput!) {
    createOrder(input: $input) { receipt { streamId token traceId } userErrors { code message } }
  }
`
const COMPLETED = /* GraphQL */ `
  subscription ($token: ConsistencyToken!) { projectionCompleted(token: $token, level: SEARCHABLE, timeoutMs: 20000) { status } }
`

interface Traced {
  readonly id: string
  readonly traceId: string
}

/** The same on processes of both profiles. start: what runs, the first of them with the API. */
function describeTracing(start: (env: Record<string, string>) => readonly ServiceProcess[], isCluster: boolean): void {
  let database: TestDatabase
  let collector: TraceCollector
  let processes: readonly ServiceProcess[] = []
  let client: Client

  beforeAll(async () => {
    database = await createTestDatabase()
    collector = await startTraceCollector()
    processes = start({
      DATABASE_URL: database.url,
      TOKEN_SECRET: randomBytes(32).toString('hex'),
      PERSONAL_DATA_KEY: randomBytes(32).toString('hex'),
      ...collector.environment,
    })
    client = connectClient((await processes[0]?.url()) ?? '')
    await Promise.all(processes.map((each) => each.ready()))
  }, TEST_TIMEOUT_MS)
  afterAll(async () => {
    await client.close()
    await Promise.all(processes.map((each) => each.kill()))
    await collector.close()
    await database.drop()
  })

  async function create(shop: Shop): Promise<Traced & { readonly token: string }> {
    const input = { customerId: shop.customerId, items: [{ sku: shop.sku, quantity: 1 }], shippingAddress: ADDRESS }
    const { createOrder } = (await client.request(CREATE, { input } as never)) as never as {
      createOrder: { receipt: { streamId: string; token: string; traceId: string }; userErrors: [] }
    }
    const { streamId, token, traceId } = accepted(createOrder)
    return { id: streamId, token, traceId }
  }

  /** An order, waited for until it is in lists. */
  async function order(shop: Shop): Promise<Traced> {
    const { id, token, traceId } = await create(shop)
    for await (const { data, errors } of client.subscribe(COMPLETED, { token } as never)) {
      expect(errors).toBeUndefined()
      expect(data).toEqual({ projectionCompleted: { status: 'VISIBLE' } })
    }
    return { id, traceId }
  }

  const named = (name: string) => collector.spans.filter((span) => span.name === name)
  const commandOf = ({ traceId }: Traced) => named('command CreateOrder').find((span) => span.traceId === traceId)
  const linkedTo = (name: string, origin: ExportedSpan) =>
    named(name).filter(({ links }) =>
      links.some(({ traceId, spanId }) => traceId === origin.traceId && spanId === origin.spanId),
    )
  /** By a link of its own, or of one of those spans inside of it that hold the links for which it has no room. */
  const originatesIn = (name: string, origin: ExportedSpan) => {
    const further = new Set(linkedTo('more origins', origin).map(({ parentSpanId }) => parentSpanId))
    return linkedTo(name, origin).length > 0 || named(name).some(({ spanId }) => further.has(spanId))
  }
  const childrenOf = (parent: ExportedSpan, name: string) =>
    named(name).filter((span) => span.parentSpanId === parent.spanId && span.traceId === parent.traceId)

  it(
    'INV-22 TRACE: one connected trace per command, from the mutation to the notification',
    async () => {
      const traced = await order(await Shop.open(client))
      const command = await eventually(() => commandOf(traced), 20_000)
      expect(command).toMatchObject({
        kind: INTERNAL,
        attributes: { 'order_gateway.command': 'CreateOrder', 'order_gateway.outcome': 'accepted' },
      })

      // The trace that the receipt names leads from the request to the append.
      const ofTrace = () => collector.spans.filter(({ traceId }) => traceId === traced.traceId)
      const server = await eventually(() => ofTrace().find(({ kind }) => kind === SERVER), 20_000)
      expect(server.parentSpanId).toBeUndefined()
      expect(server.attributes).toMatchObject({ 'http.request.method': 'POST', 'http.response.status_code': 200 })
      expect(ofTrace().map(({ name }) => name)).toContain('mutation')
      const [append] = await eventually(() => nonEmpty(childrenOf(command, 'append')))
      expect(append).toMatchObject({ kind: CLIENT, attributes: { 'db.system.name': 'postgresql' } })

      // What comes later has traces of its own, each with a link to the command.
      const [slice] = await eventually(() => nonEmpty(linkedTo('process events', command)), 20_000)
      if (!slice) throw new Error('Expected a slice.')
      expect(slice).toMatchObject({ kind: CONSUMER, parentSpanId: undefined })
      const [write] = await eventually(() => nonEmpty(childrenOf(slice, 'write documents')))
      expect(write).toMatchObject({
        kind: CLIENT,
        attributes: { 'db.system.name': isCluster ? 'elasticsearch' : 'postgresql' },
      })
      const [announced] = await eventually(() => nonEmpty(childrenOf(slice, 'announce')))
      expect(announced).toMatchObject({ kind: PRODUCER, attributes: { 'messaging.operation.type': 'send' } })
      const [wait] = await eventually(() => nonEmpty(linkedTo('wait for projection', command)), 20_000)
      expect(wait).toMatchObject({ attributes: { 'order_gateway.outcome': 'reached' } })
      if (isCluster) {
        const [published] = await eventually(() => nonEmpty(linkedTo('publish events', command)), 20_000)
        expect(published).toMatchObject({
          kind: PRODUCER,
          service: 'order-gateway-relay',
          attributes: { 'messaging.system': 'kafka' },
        })
        expect(slice.service).toBe('order-gateway-projector')
      }
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'INV-22 TRACE: a hundred at once do not mix, and hold no personal data',
    async () => {
      const shop = await Shop.open(client, { name: 'Grace Hopper', email: 'grace@example.com' })
      const traced = await Promise.all(Array.from({ length: 100 }, () => order(shop)))
      expect(new Set(traced.map(({ traceId }) => traceId)).size).toBe(100)
      for (const each of traced) {
        const command = await eventually(() => commandOf(each), 20_000)
        await eventually(() => childrenOf(command, 'append').length === 1)
        await eventually(() => linkedTo('process events', command).length > 0, 20_000)
        await eventually(() => linkedTo('wait for projection', command).length === 1, 20_000)
        expect(named('command CreateOrder').filter(({ traceId }) => traceId === each.traceId)).toHaveLength(1)
      }
      const everything = collector.spans.map(({ raw }) => raw).join('\n')
      for (const secret of ['Grace', 'grace@example.com', ADDRESS.line1, shop.customerId]) {
        expect(everything).not.toContain(secret)
      }
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'INV-22 TRACE: every one of three hundred commands is linked from the slice and the page that took them together',
    async () => {
      const shop = await Shop.open(client)
      await order(shop)
      // Readers of the log wait for the end of a transaction that began before.
      const older = new Database({ connectionString: database.url })
      await older.connect()
      await older.query('BEGIN')
      await older.query('SELECT pg_current_xact_id()')
      const created = await Promise.all(Array.from({ length: 300 }, () => create(shop)))
      await older.end()
      const stages = isCluster ? ['publish events', 'process events'] : ['process events']
      for (const each of created) {
        const command = await eventually(() => commandOf(each), 20_000)
        for (const stage of stages) await eventually(() => originatesIn(stage, command), 20_000)
      }
      const sizes = named(stages[0] ?? '').map(({ attributes }) => Number(attributes['messaging.batch.message_count']))
      expect(Math.max(...sizes)).toBeGreaterThanOrEqual(300)
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'nothing that a caller writes into an operation is in a span',
    async () => {
      const secrets = ['ada@example', 'ada_example']
      const operations = [
        'mutation { registerCustomer(input: { customerId: "c", name: 7, email: "ada@example.com" }) { receipt { token } } }',
        '{ orders(first: "ada@example.com") { totalCount } }',
        '{ "ada@example.com" }',
        'query ada_example { ada_example: __typename } # of ada@example.com',
        'query ada_example { ada_example: __typename } query Other { __typename }',
        '{ order(id: "ada@example.com") { id } }',
      ]
      const url = `${(await processes[0]?.url()) ?? ''}?for=ada@example.com`
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'ada@example.com',
        'x-forwarded-for': 'ada@example.com',
      }
      const requests = () => named('POST').length
      const before = requests()
      for (const query of operations) {
        const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })
        await answer.text()
      }
      await eventually(() => requests() === before + operations.length, 20_000)
      const everything = collector.spans.map(({ raw }) => raw).join('\n')
      for (const secret of secrets) expect(everything).not.toContain(secret)
      const errorTypes = (name: string) => new Set(named(name).map(({ attributes }) => attributes['error.type']))
      expect(errorTypes('graphql.parse')).toContain('GraphQLError')
      expect(errorTypes('graphql.validate')).toContain('graphql.validation.error')
    },
    TEST_TIMEOUT_MS,
  )
}

function nonEmpty<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length > 0 ? items : undefined
}

describe('tracing in the embedded profile', () => {
  describeTracing((env) => [new ServiceProcess(env)], false)
})

describeOnStack(['kafka', 'elasticsearch', 'redis'], 'tracing in the cluster profile', (stack) => {
  describeTracing(
    (env) =>
      (['gateway', 'relay', 'projector'] as const).map(
        (role) => new ServiceProcess({ ...stack.environment, ...env }, role),
      ),
    true,
  )
})

describe('tracing without a collector', () => {
  it(
    'goes on, and says once that spans are dropped',
    async () => {
      const database = await createTestDatabase()
      const service = new ServiceProcess({
        DATABASE_URL: database.url,
        TOKEN_SECRET: randomBytes(32).toString('hex'),
        PERSONAL_DATA_KEY: randomBytes(32).toString('hex'),
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      })
      try {
        const client = connectClient(await service.url())
        const shop = await Shop.open(client)
        await eventually(async () => {
          await shop.order()
          return service.output.includes('are dropped; said once')
        }, 60_000)
        for (let index = 0; index < 10; index += 1) await shop.order()
        await client.close()
        const [said, ...more] = service.output.split('\n').filter((line) => line.includes('are dropped; said once'))
        expect(more).toEqual([])
        // One line for a person, of spans and not of what else is exported; no stack.
        expect(JSON.parse(said ?? '').reason).toMatch(/^(?!.*(stack|MetricReader)).*ECONNREFUSED.*$/)
        service.signal('SIGTERM')
        expect(await service.exited()).toBe(0)
      } finally {
        await service.kill()
        await database.drop()
      }
    },
    TEST_TIMEOUT_MS,
  )
})
