import { describe, expect, it } from 'vitest'
import { EventReader } from '../../../../projector/eventReader.js'
import { fill } from '../../../../projector/rebuild/fill.js'
import type { DocumentWrite, DocumentWriteResult } from '../../../../src/read/documentStore.js'
import type { FillProgress } from '../../../../src/read/generationRegistry.js'
import { documentsIn, foldOf, projectorInMemory } from '../../../support/projectorHarness.js'
import {
  contactChanged,
  customerForgotten,
  customerRegistered,
  itemAdded,
  orderConfirmed,
  orderCreated,
  paymentProcessed,
  productAdded,
} from '../../../support/sampleEvents.js'

/** Several pages of events: 1,000 are read at once. */
const ORDERS = 700
const CUSTOMERS = ['ada', 'bob', 'eve']

/** Of the event loop, without a further write: there will be none before one of those under way has ended. */
const QUIET_TURNS = 50

/** A log of more than one page, and an empty generation of documents with what else belongs to it. */
function shop() {
  const { log, store, parked, consumer } = projectorInMemory()
  for (const customer of CUSTOMERS) log.append(`customer-${customer}`, customerRegistered(customer))
  log.append('customer-bob', contactChanged({ name: 'Bob King' }))
  log.append('product-TEA', productAdded())
  for (let order = 0; order < ORDERS; order++) {
    const customer = CUSTOMERS[order % CUSTOMERS.length] ?? ''
    log.append(`order-${order}`, orderCreated(customer), itemAdded(), paymentProcessed(100))
  }
  log.append('customer-eve', customerForgotten())
  const fillAll = async (after?: FillProgress, onProgress: (told: FillProgress) => void = () => undefined) =>
    fill(
      { scan: log, events: new EventReader(log.keys, log.cipher), documents: store, parked },
      { after, signal: AbortSignal.timeout(60_000), onProgress },
    )
  return { log, store, parked, consumer, fillAll }
}

describe('the fill of a generation', () => {
  it('INV-12 REPLAY-EQUAL: writes each document once, as the log has it, the customer of an order included', async () => {
    const { log, store, fillAll } = shop()
    const told: FillProgress[] = []
    await fillAll(undefined, (progress) => told.push(progress))
    expect(documentsIn(store)).toEqual(foldOf(log))
    expect(store.history).toHaveLength(2 * ORDERS + CUSTOMERS.length + 1)
    expect(told.length).toBeGreaterThan(2)
    expect(told.at(-1)).toEqual({ streamId: 'product-TEA', events: log.events.length })
  })

  it('goes on where an earlier run was broken off, at whichever write', async () => {
    const { log, store, fillAll } = shop()
    const write = store.write.bind(store)
    let saved: FillProgress | undefined
    for (let failing = 1; ; failing++) {
      let writes = 0
      store.write = async (documents) => {
        writes += 1
        // What was written before the answer was lost stays written.
        const results = await write(documents)
        if (writes === failing) throw new TypeError('broken off')
        return results
      }
      const isBroken = await fillAll(saved, (progress) => (saved = progress)).then(
        () => false,
        () => true,
      )
      if (!isBroken) break
    }
    expect(documentsIn(store)).toEqual(foldOf(log))
    expect(store.history).toHaveLength(2 * ORDERS + CUSTOMERS.length + 1)
  })

  it('INV-12 REPLAY-EQUAL: writes again what the store may not have taken, as where one of its disks is full', async () => {
    const { log, store, fillAll } = shop()
    const write = store.write.bind(store)
    let refusals = 0
    store.write = async (documents) => {
      const taken = documents.filter(({ projection }) => projection !== 'orders')
      if (taken.length === 0 || refusals === 3) return write(documents)
      refusals += 1
      const results = new Map((await write(taken)).map((result, place) => [taken[place], result]))
      // The fate of these is unknown, and they are not there.
      return documents.map((each): DocumentWriteResult => results.get(each) ?? { kind: 'conflict' })
    }
    await fillAll()
    expect(refusals).toBe(3)
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('has two pages under way at most, and tells of none before those in front of it are written', async () => {
    const { log, store, fillAll } = shop()
    const write = store.write.bind(store)
    const waiting: (() => void)[] = []
    let mostAtOnce = 0
    store.write = async (documents) => {
      const ended = Promise.withResolvers<void>()
      waiting.push(ended.resolve)
      mostAtOnce = Math.max(mostAtOnce, waiting.length)
      await ended.promise
      return write(documents)
    }
    const filled = fillAll(undefined, ({ streamId }) => {
      const written = new Set(store.history.map(({ document }) => document.id))
      const due = log.events.filter((event) => event.streamId.startsWith('order-') && event.streamId <= streamId)
      expect(due.filter((event) => !written.has(event.streamId.slice('order-'.length)))).toEqual([])
    })
    let isDone = false
    const end = () => (isDone = true)
    filled.then(end, end)
    for (let quietFor = 0; !isDone; quietFor++) {
      await new Promise(setImmediate)
      if (waiting.length < 2 && quietFor < QUIET_TURNS) continue
      // The younger one first.
      waiting.pop()?.()
      quietFor = 0
    }
    await filled
    expect(mostAtOnce).toBe(2)
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('parks a stream that a projection can not go on with, alone, to be taken up when it can', async () => {
    const { log, store, parked, consumer, fillAll } = shop()
    const original = log.events.find(({ streamId, streamVersion }) => streamId === 'order-7' && streamVersion === 2)
    if (!original) throw new Error('Expected the order to have a second event.')
    log.damage('order-7', 2)
    log.append('order-7', orderConfirmed())
    await fillAll()
    const rows = await parked.list()
    expect(rows.map(({ projection, failedVersion, lastSkipped }) => [projection, failedVersion, lastSkipped])).toEqual([
      ['orders', 2, 4],
      ['orderTimelines', 2, 4],
    ])
    expect(store.all('orders').get('7')?.version).toBe(1)
    expect(store.all('orders').size).toBe(ORDERS)

    log.repair(original)
    for (const row of rows) expect(await consumer.release(row)).toBe('released')
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('parks what the store can not take, and fills all else', async () => {
    const { log, store, parked, fillAll } = shop()
    const write = store.write.bind(store)
    const isRefused = ({ projection, document }: DocumentWrite) => projection === 'orders' && document.id === '7'
    store.write = async (documents) => {
      const results = await write(documents.filter((each) => !isRefused(each)))
      const left = [...results]
      return documents.map((each): DocumentWriteResult => {
        if (isRefused(each)) return { kind: 'rejected', reason: 'too long' }
        return left.shift() ?? { kind: 'conflict' }
      })
    }
    await fillAll()
    expect(await parked.list()).toMatchObject([{ projection: 'orders', streamId: 'order-7', lastSkipped: 3 }])
    const expected = foldOf(log)
    expect(documentsIn(store)).toEqual({
      ...expected,
      orders: new Map([...expected.orders].filter(([id]) => id !== '7')),
    })
  })
})
