import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProjector } from '../../projector/projector.js'
import { LogSignal } from '../../src/bus/postgresLog/logSignal.js'
import { openPostgresCheckpoints } from '../../src/bus/postgresLog/openPostgresCheckpoints.js'
import { PostgresLogBus } from '../../src/bus/postgresLog/postgresLogBus.js'
import { PersonalDataCipher } from '../../src/contract/personalData.js'
import type { OrderWatcher, View } from '../../src/read/consistency.js'
import { openPostgresAnnouncementFeed } from '../../src/read/postgres/openPostgresAnnouncementFeed.js'
import { openPostgresReadStore } from '../../src/read/postgres/openPostgresReadStore.js'
import { startLiveReads } from '../../src/read/startLiveReads.js'
import type { CommandOutcome, OrderRequest } from '../../src/write/index.js'
import { createTestDatabase } from '../support/postgres.js'
import { contextOf, createOrderRequest, MASTER_KEY, openTestWriteSide, stock } from '../support/writeSide.js'

const logger = pino({ level: 'silent' })
const PATIENCE = { timeoutMs: 20_000 }
const DOCUMENT: View = { kind: 'document' }
const TIMELINE: View = { kind: 'timeline' }
const LISTS: View = { kind: 'lists' }

/** Write side, log, projector, and two gateways: the first in the projector's process, the other one as if in its own. */
async function openShop() {
  await using opening = new AsyncDisposableStack()
  const database = await createTestDatabase()
  opening.defer(() => database.drop())
  const signal = new LogSignal()
  const write = await openTestWriteSide(database.url, { onAppended: () => signal.notify() })
  opening.defer(() => write.close())
  const read = await openPostgresReadStore({ databaseUrl: database.url, logger })
  opening.defer(() => read.close())
  const feed = await openPostgresAnnouncementFeed({ databaseUrl: database.url, logger })
  opening.defer(() => feed.close())
  const checkpoints = await openPostgresCheckpoints({ databaseUrl: database.url, logger })
  opening.defer(() => checkpoints.close())
  const bus = await PostgresLogBus.open({ databaseUrl: database.url, checkpoints, signal, logger })
  opening.defer(() => bus.close())
  const projector = startProjector({
    ...read,
    feed,
    bus,
    checkpoints,
    group: 'projector',
    observer: bus.observer,
    scan: bus.scan,
    streamReader: write.streamReader,
    customerKeys: write.customerKeys,
    cipher: new PersonalDataCipher([MASTER_KEY]),
    logger,
  })
  opening.defer(() => projector.stop())

  const farStore = await openPostgresReadStore({ databaseUrl: database.url, logger })
  opening.defer(() => farStore.close())
  const farFeed = await openPostgresAnnouncementFeed({ databaseUrl: database.url, logger })
  opening.defer(() => farFeed.close())
  const near = await startLiveReads({ ...read, feed, logger })
  opening.defer(() => near.stop())
  const far = await startLiveReads({ ...farStore, feed: farFeed, logger })
  opening.defer(() => far.stop())
  await stock(write)
  const opened = opening.move()
  const gateways = [
    { ...near, ...read },
    { ...far, ...farStore },
  ] as const
  return { write, gateways, close: () => opened.disposeAsync() }
}

type Shop = Awaited<ReturnType<typeof openShop>>
let shop: Shop
let connection: AbortController
beforeEach(async () => {
  shop = await openShop()
  connection = new AbortController()
})
afterEach(async () => {
  connection.abort()
  await shop.close()
})

async function order(request: OrderRequest) {
  return proofOf(await shop.write.handlers.order(request, contextOf()))
}

function proofOf<State>(outcome: CommandOutcome<State>) {
  if (outcome.kind !== 'accepted') throw new Error(`Expected a command that is accepted, found ${outcome.code}.`)
  return { streamId: outcome.streamId, version: outcome.version, id: outcome.id }
}

async function renameCustomer(name: string) {
  const request = { type: 'ChangeCustomerContact', customerId: 'c', name } as const
  return proofOf(await shop.write.handlers.customer(request, contextOf()))
}

/** Four commands. */
async function liveThrough(orderId: string): Promise<void> {
  await order(createOrderRequest(orderId))
  await order({ type: 'AddOrderItem', orderId, item: { sku: 's', quantity: 2 } })
  await order({ type: 'ConfirmOrder', orderId })
  await order({ type: 'ShipOrder', orderId, trackingNumber: 'T-1' })
}

test('INV-13 READ-YOUR-WRITES every gateway shows a write by id, in the timeline and in lists as soon as its token is reached', async () => {
  const ids = Array.from({ length: 25 }, () => randomUUID())
  await Promise.all(
    ids.map(async (id, index) => {
      await order(createOrderRequest(id))
      const proof = await order({ type: 'AddOrderItem', orderId: id, item: { sku: 's', quantity: index + 1 } })
      for (const { waiter, documents, queries } of shop.gateways) {
        expect(await waiter.waitFor(proof, [DOCUMENT, TIMELINE, LISTS], PATIENCE)).toEqual({ kind: 'reached' })
        const { document } = (await documents.get('orders', [id])).get(id) ?? {}
        expect(document).toMatchObject({ version: 2, items: [{ quantity: index + 2 }] })
        expect((await documents.get('orderTimelines', [id])).get(id)?.document.entries).toHaveLength(2)
        const newest = await queries.listOrders({}, 'UPDATED_AT_DESC', { direction: 'forward', limit: 100 })
        expect(newest.items.find(({ node }) => node.id === id)?.node.version).toBeGreaterThanOrEqual(2)
      }
    }),
  )
})

test("INV-13 READ-YOUR-WRITES a customer's change is shown by each of their orders as soon as its token is reached", async () => {
  const ids = Array.from({ length: 10 }, () => randomUUID())
  await Promise.all(
    ids.map(async (id) => {
      const proof = await order(createOrderRequest(id))
      await shop.gateways[0].waiter.waitFor(proof, [DOCUMENT], PATIENCE)
    }),
  )
  for (const [round, { waiter, queries, documents }] of shop.gateways.entries()) {
    const name = `Name ${round}`
    const proof = await renameCustomer(name)
    const one = ids[round] ?? ''
    const ofOrder = waiter.waitFor(proof, [{ kind: 'order', orderId: one }], PATIENCE)
    expect(await ofOrder).toEqual({ kind: 'reached' })
    expect((await documents.get('orders', [one])).get(one)?.document.customerName).toBe(name)
    expect(await waiter.waitFor(proof, [LISTS], PATIENCE)).toEqual({ kind: 'reached' })
    const { items } = await queries.listOrders({}, 'CREATED_AT_DESC', { direction: 'forward', limit: 100 })
    expect(items.map(({ node }) => node.customerName)).toEqual(ids.map(() => name))
  }
})

test('INV-15 RESUME the changes of an order go on at another gateway, each once and in order', async () => {
  const id = randomUUID()
  const living = liveThrough(id)
  const given: number[] = []
  for (let turn = 0; given.at(-1) !== 4; turn += 1) {
    const { watcher } = shop.gateways[turn % 2 === 0 ? 0 : 1]
    given.push(await nextVersion(watcher, id, given.at(-1)))
  }
  await living
  const first = given[0] ?? 0
  expect(given).toEqual([1, 2, 3, 4].slice(first - 1))
})

async function nextVersion(watcher: OrderWatcher, id: string, sinceVersion: number | undefined): Promise<number> {
  const { signal } = connection
  const options = sinceVersion === undefined ? { signal } : { signal, sinceVersion }
  for await (const { version, order: shown } of watcher.watchOrder(id, options)) {
    expect(shown.version).toBeGreaterThanOrEqual(version)
    return version
  }
  throw new Error('Expected a change, found the end of the stream.')
}

test('the changes of all orders are the same at every gateway, and a cursor of one is good at the other', async () => {
  const { signal } = connection
  const ids = [randomUUID(), randomUUID(), randomUUID()]
  const [near, far] = shop.gateways
  const streams = await Promise.all([near, far].map(({ watcher }) => watcher.watchOrders({}, { signal })))
  await Promise.all(ids.map(liveThrough))
  const [atNear = [], atFar = []] = await Promise.all(streams.map((stream) => take(stream, 12)))
  expect(atFar).toEqual(atNear)
  for (const id of ids) {
    const versions = atNear.filter((change) => change.id === id).map(({ version }) => version)
    expect(versions).toEqual([1, 2, 3, 4])
  }
  const middle = atNear[5]
  if (!middle || !('feed' in middle.cursor)) throw new Error('Expected a cursor in the feed.')
  const resumed = await far.watcher.watchOrders({}, { since: middle.cursor.feed, signal })
  expect(await take(resumed, 6)).toEqual(atNear.slice(6))
})

type Changes = Awaited<ReturnType<OrderWatcher['watchOrders']>>

async function take(changes: Changes, count: number) {
  const taken = []
  for await (const { cursor, version, order: shown } of changes) {
    taken.push({ cursor, version, id: shown.id })
    if (taken.length === count) break
  }
  return taken
}
