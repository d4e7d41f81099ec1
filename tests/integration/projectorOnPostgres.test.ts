import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EventReader } from '../../projector/eventReader.js'
import { type Projector, startProjector } from '../../projector/projector.js'
import { LogSignal } from '../../src/bus/postgresLog/logSignal.js'
import { openPostgresCheckpoints } from '../../src/bus/postgresLog/openPostgresCheckpoints.js'
import { PostgresLogBus } from '../../src/bus/postgresLog/postgresLogBus.js'
import { PROJECTION_NAMES, type ProjectionName } from '../../src/contract/documents.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { PersonalDataCipher } from '../../src/contract/personalData.js'
import { openPostgresAnnouncementFeed } from '../../src/read/postgres/openPostgresAnnouncementFeed.js'
import { openPostgresReadStore } from '../../src/read/postgres/openPostgresReadStore.js'
import { type CommandContext, openWriteSide } from '../../src/write/index.js'
import { eventually } from '../support/eventually.js'
import { MemoryCheckpoints } from '../support/memory/memoryCheckpoints.js'
import { createTestDatabase } from '../support/postgres.js'
import { type AllDocuments, foldEvents } from '../support/projectorHarness.js'

const logger = pino({ level: 'silent' })
const ADDRESS = { line1: '1 Engine Way', line2: null, city: 'London', region: null, postalCode: 'N1', country: 'GB' }

function context(): CommandContext {
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
  return { principal: 'local', occurredAt: new Date().toISOString(), traceparent, correlationId: 'conversation' }
}

/** Everything on one database: write side, bus, read store; projectors are started by the tests. */
async function openShop() {
  const database = await createTestDatabase()
  const signal = new LogSignal()
  const cipher = new PersonalDataCipher(['a master key for tests'])
  const write = await openWriteSide({
    databaseUrl: database.url,
    cipher,
    tokenSecrets: ['a token secret for tests'],
    logger,
    onAppended: () => signal.notify(),
  })
  const read = await openPostgresReadStore({ databaseUrl: database.url, logger })
  const feed = await openPostgresAnnouncementFeed({ databaseUrl: database.url, logger })
  const checkpoints = await openPostgresCheckpoints({ databaseUrl: database.url, logger })
  const bus = await PostgresLogBus.open({ databaseUrl: database.url, checkpoints, signal, logger })
  const projectors = new Set<Projector>()

  async function accepted(outcome: Promise<{ readonly kind: string }>): Promise<void> {
    expect(await outcome).toMatchObject({ kind: 'accepted' })
  }

  /** The whole log, past every checkpoint. */
  async function allEvents(): Promise<readonly EventEnvelope[]> {
    const options = { databaseUrl: database.url, checkpoints: new MemoryCheckpoints(), signal, logger }
    const own = await PostgresLogBus.open(options)
    const consumer = await own.subscribe('everything')
    const events: EventEnvelope[] = []
    const done = AbortSignal.timeout(500)
    for (let slice = await consumer.next(1_000, done); slice; slice = await consumer.next(1_000, done)) {
      events.push(...slice.events)
    }
    await own.close()
    return events
  }

  return {
    read,
    feed,
    write,
    start(group: string, sliceSize: number): Projector {
      const projector = startProjector({
        bus,
        group,
        checkpoints,
        observer: bus.observer,
        scan: bus.scan,
        documents: read.documents,
        feed,
        parked: read.parked,
        status: read.status,
        streamReader: write.streamReader,
        customerKeys: write.customerKeys,
        cipher,
        logger,
        sliceSize,
      })
      projectors.add(projector)
      return projector
    },
    addProduct: (sku: string) =>
      accepted(
        write.handlers.product(
          {
            type: 'AddProduct',
            sku,
            name: `Product ${sku}`,
            category: null,
            unitPrice: { amount: '19.90', currency: 'USD' },
            onHand: 100,
          },
          context(),
        ),
      ),
    register: (customerId: string) =>
      accepted(
        write.handlers.customer(
          { type: 'RegisterCustomer', customerId, name: `Name of ${customerId}`, email: `${customerId}@example.com` },
          context(),
        ),
      ),
    rename: (customerId: string, name: string) =>
      accepted(write.handlers.customer({ type: 'ChangeCustomerContact', customerId, name }, context())),
    forget: (customerId: string) =>
      accepted(write.handlers.customer({ type: 'ForgetCustomer', customerId, reason: 'asked for it' }, context())),
    order: (orderId: string, customerId: string, sku: string) =>
      accepted(
        write.handlers.order(
          { type: 'CreateOrder', orderId, customerId, items: [{ sku, quantity: 1 }], shippingAddress: ADDRESS },
          context(),
        ),
      ),
    change: async (orderId: string, sku: string) => {
      await accepted(write.handlers.order({ type: 'AddOrderItem', orderId, item: { sku, quantity: 2 } }, context()))
      await accepted(write.handlers.order({ type: 'ConfirmOrder', orderId }, context()))
      await accepted(write.handlers.order({ type: 'ShipOrder', orderId, trackingNumber: `T-${orderId}` }, context()))
    },
    /** What the log says the documents have to be. */
    async expected(): Promise<AllDocuments> {
      const events = await allEvents()
      return foldEvents(events, await new EventReader(write.customerKeys, cipher).prepare(events))
    },
    async close() {
      await Promise.all([...projectors].map((projector) => projector.stop()))
      await bus.close()
      await checkpoints.close()
      await feed.close()
      await read.close()
      await write.close()
      await database.drop()
    },
  }
}

type Shop = Awaited<ReturnType<typeof openShop>>

let shop: Shop
beforeEach(async () => {
  shop = await openShop()
})
afterEach(() => shop.close())

async function shown<Name extends ProjectionName>(name: Name, expected: AllDocuments) {
  const found = await shop.read.documents.get(name, [...expected[name].keys()])
  return new Map([...found].map(([id, { document }]) => [id, document]))
}

/** Waits until the documents are what the log says, and shows the difference if they do not become it. */
async function converges(): Promise<AllDocuments> {
  const expected = await shop.expected()
  const same = async () => {
    for (const name of PROJECTION_NAMES) {
      const documents = await shown(name, expected)
      for (const [id, document] of expected[name]) {
        if (JSON.stringify(versions(documents.get(id))) !== JSON.stringify(versions(document))) return false
      }
    }
    return true
  }
  await eventually(same, 20_000).catch(() => undefined)
  for (const name of PROJECTION_NAMES) expect(await shown(name, expected)).toEqual(expected[name])
  return expected
}

/** Of every stream that a document is made of. */
function versions(document: object | undefined): readonly unknown[] {
  return ['version', 'customerVersion', 'ordersVersion'].map(
    (field) => Object.entries(document ?? {}).find(([key]) => key === field)?.[1],
  )
}

describe('the projector on PostgreSQL', () => {
  it('INV-17 MERGE, INV-9 NO-REGRESSION: customers change while their orders do, with two projectors on the same documents', async () => {
    const customers = ['ada', 'bob', 'eve']
    const orders = Array.from({ length: 30 }, (_, index) => `${index}`)
    const ofCustomer = (order: string) => customers[Number(order) % customers.length] ?? 'ada'
    await shop.addProduct('TEA')
    for (const customer of customers) await shop.register(customer)

    const watching = watchOrders(orders)
    shop.start('one', 7)
    shop.start('other', 3)
    const ordering = orders.map(async (order) => {
      await shop.order(order, ofCustomer(order), 'TEA')
      await shop.change(order, 'TEA')
    })
    const renaming = customers.map(async (customer) => {
      for (let change = 1; change <= 8; change += 1) await shop.rename(customer, `Name ${change} of ${customer}`)
    })
    await Promise.all([...ordering, ...renaming])
    await shop.forget('eve')

    const expected = await converges()
    expect(await watching.stop()).toEqual([])
    expect(await shop.read.parked.list()).toEqual([])
    const ofEve = [...expected.orders.values()].filter(({ customerId }) => customerId === 'eve')
    expect(ofEve.map(({ customerName, shippingAddress }) => customerName ?? shippingAddress)).toEqual(
      ofEve.map(() => null),
    )
  })

  it('goes on where it was, however often it is stopped in the middle', async () => {
    await shop.addProduct('TEA')
    await shop.register('ada')
    const ordering = (async () => {
      for (let order = 0; order < 40; order += 1) {
        await shop.order(`${order}`, 'ada', 'TEA')
        await shop.change(`${order}`, 'TEA')
      }
    })()
    for (let start = 0; start < 6; start += 1) {
      const projector = shop.start('projector', 2)
      await eventually(async () => (await shop.read.documents.get('orders', [`${start * 6}`])).size === 1)
      await projector.stop()
    }
    await ordering
    shop.start('projector', 50)
    await converges()
  })

  it('announces every event at least once, in order, when its documents are there', async () => {
    const stop = new AbortController()
    const announced: string[] = []
    const missing: string[] = []
    const { end } = await shop.feed.latest(1)
    const reads: Promise<void>[] = []
    const following = shop.feed.follow(
      end,
      (items) => {
        for (const { result } of items) {
          if (result.kind !== 'applied' || !result.order) continue
          announced.push(`${result.streamId} ${result.version}`)
          const { orderId } = result.order
          const { version } = result
          reads.push(
            shop.read.documents.get('orders', [orderId]).then((found) => {
              if ((found.get(orderId)?.document.version ?? 0) < version) missing.push(`${orderId} ${version}`)
            }),
          )
        }
      },
      stop.signal,
    )
    shop.start('projector', 10)
    await shop.addProduct('TEA')
    await shop.register('ada')
    await Promise.all(
      ['1', '2', '3'].map(async (order) => {
        await shop.order(order, 'ada', 'TEA')
        await shop.change(order, 'TEA')
      }),
    )
    await eventually(() => announced.length >= 12)
    stop.abort()
    await Promise.all([following, ...reads])
    expect(missing).toEqual([])
    for (const order of ['1', '2', '3']) {
      const ofOrder = announced.filter((each) => each.startsWith(`order-${order} `))
      expect(ofOrder).toEqual([1, 2, 3, 4].map((version) => `order-${order} ${version}`))
    }
  })

  it('reports its lag on the status board', async () => {
    await shop.addProduct('TEA')
    shop.start('projector', 10)
    await eventually(async () => {
      const board = await shop.read.status.read()
      return board.length === PROJECTION_NAMES.length && board.every(({ lagEvents }) => lagEvents === 0)
    })
    const [first] = await shop.read.status.read()
    expect(first?.silentSeconds).toBeGreaterThanOrEqual(0)
    expect(first?.silentSeconds).toBeLessThan(30)
  })
})

/** Reads orders all the time, and tells which of them were seen to go back. */
function watchOrders(ids: readonly string[]) {
  const regressions: string[] = []
  const highest = new Map<string, readonly [number, number]>()
  let stopped = false
  const watching = (async () => {
    while (!stopped) {
      for (const [id, { document }] of await shop.read.documents.get('orders', ids)) {
        const [version, customerVersion] = highest.get(id) ?? [0, 0]
        if (document.version < version || document.customerVersion < customerVersion) regressions.push(id)
        highest.set(id, [document.version, document.customerVersion])
      }
    }
  })()
  return {
    async stop(): Promise<readonly string[]> {
      stopped = true
      await watching
      return regressions
    },
  }
}
