import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SliceConsumer } from '../../../projector/consumeBatch.js'
import type { EventEnvelope } from '../../../src/contract/eventEnvelope.js'
import type { DocumentStore } from '../../../src/read/documentStore.js'
import { MemoryDocumentStore } from '../../support/memory/memoryDocumentStore.js'
import { documentsIn, foldOf, projectorInMemory } from '../../support/projectorHarness.js'
import {
  contactChanged,
  customerForgotten,
  customerRegistered,
  itemAdded,
  orderConfirmed,
  orderCreated,
} from '../../support/sampleEvents.js'

/** Each call waits for its turn, which fast-check deals out. */
function scheduled(store: DocumentStore, scheduler: fc.Scheduler): DocumentStore {
  return {
    get: (projection, ids) =>
      scheduler.schedule(Promise.resolve(`get ${projection}`)).then(() => store.get(projection, ids)),
    write: (writes) => scheduler.schedule(Promise.resolve('write')).then(() => store.write(writes)),
    makeSearchable: () => scheduler.schedule(Promise.resolve('makeSearchable')).then(() => store.makeSearchable()),
    ordersBehindCustomer: (...args) =>
      scheduler.schedule(Promise.resolve('ordersBehindCustomer')).then(() => store.ordersBehindCustomer(...args)),
  }
}

describe('orders and their customer', () => {
  it('INV-17 MERGE: a change of the customer reaches every order, whatever two projectors do at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, forget) => {
        // As in a search engine: what is written is not found at once.
        const store = new MemoryDocumentStore({ searchableAtOnce: false })
        const { log, parts } = projectorInMemory({ documents: scheduled(store, scheduler) })
        log.append('customer-ada', customerRegistered())
        log.append('order-1', orderCreated('ada'))
        log.append('customer-ada', contactChanged({ name: 'Ada King' }))
        log.append('order-2', orderCreated('ada'))
        log.append('order-1', itemAdded(), orderConfirmed())
        log.append('customer-ada', forget ? customerForgotten() : contactChanged({ email: 'k@example.com' }))
        log.append('order-2', itemAdded())

        const project = async (streams: (streamId: string) => boolean) => {
          const consumer = new SliceConsumer(parts)
          for (const event of log.events.filter(({ streamId }) => streams(streamId))) await consumer.consume([event])
        }
        await scheduler.waitFor(
          Promise.all([
            project((streamId) => streamId.startsWith('order')),
            project((streamId) => streamId.startsWith('customer')),
          ]),
        )
        expect(documentsIn(store)).toEqual(foldOf(log))
      }),
      { numRuns: 100 },
    )
  }, 30_000)

  it('INV-9 NO-REGRESSION: no document ever goes back, with two projectors on the same events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const store = new MemoryDocumentStore()
        const { log, parts } = projectorInMemory({ documents: scheduled(store, scheduler) })
        log.append('customer-ada', customerRegistered())
        log.append('order-1', orderCreated('ada'), itemAdded())
        log.append('customer-ada', contactChanged({ name: 'Ada King' }))
        log.append('order-1', orderConfirmed())
        const project = async (slices: readonly (readonly EventEnvelope[])[]) => {
          const consumer = new SliceConsumer(parts)
          for (const slice of slices) await consumer.consume(slice)
        }
        await scheduler.waitFor(
          Promise.all([
            project(log.events.map((event) => [event])),
            project([log.events.slice(0, 3), log.events.slice(2)]),
          ]),
        )
        expect(documentsIn(store)).toEqual(foldOf(log))
        expect(regressions(store)).toEqual([])
      }),
      { numRuns: 60 },
    )
  }, 30_000)

  it('INV-17 MERGE: an order that was made while its customer changed is put right by the second look, before it is announced', async () => {
    const { log, store, published, parts, consumer: customerSide } = projectorInMemory()
    await customerSide.consume(log.append('customer-ada', customerRegistered()))
    published.length = 0
    let whileMaking: (() => Promise<void>) | undefined = () =>
      customerSide.consume(log.append('customer-ada', contactChanged({ name: 'Ada King' })))
    const documents: DocumentStore = {
      get: (projection, ids) => store.get(projection, ids),
      write: async (writes) => {
        const meanwhile = whileMaking
        whileMaking = undefined
        await meanwhile?.()
        return store.write(writes)
      },
      makeSearchable: () => store.makeSearchable(),
      ordersBehindCustomer: (...query) => store.ordersBehindCustomer(...query),
    }
    const orderSide = new SliceConsumer({ ...parts, documents })
    const finish = await orderSide.apply(log.append('order-1', orderCreated('ada')))
    // The gap that a reader has to know of (gateway/awaitWrite.ts): all orders are said to show version 2, and a new one does not.
    expect(store.all('customers').get('ada')?.ordersVersion).toBe(2)
    expect(store.all('orders').get('1')?.customerVersion).toBe(1)
    expect(published.map(({ streamId }) => streamId)).not.toContain('order-1')
    await finish()
    expect(published.at(-1)).toMatchObject({ streamId: 'order-1', version: 1 })
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('parks an order that the store does not take with its customer, says so, and takes it up again when it is released', async () => {
    const { log, store, parked, published, consumer } = projectorInMemory()
    let refusing = false
    const write = store.write.bind(store)
    store.write = async (writes) => {
      const refused = writes.map(({ document }) => refusing && 'customerName' in document && document.id === '2')
      const results = await write(writes.filter((_, index) => !refused[index]))
      const left = [...results]
      return refused.map((isRefused) => {
        const result = isRefused ? { kind: 'rejected' as const, reason: 'It is too long.' } : left.shift()
        if (!result) throw new Error('Expected a result for each document.')
        return result
      })
    }
    log.append('customer-ada', customerRegistered())
    log.append('order-1', orderCreated('ada'))
    log.append('order-2', orderCreated('ada'), itemAdded())
    await consumer.consume(log.events)
    refusing = true
    published.length = 0
    await consumer.consume(log.append('customer-ada', contactChanged({ name: 'Ada King' })))
    expect(await parked.list()).toMatchObject([
      { projection: 'orders', streamId: 'order-2', failedVersion: 2, lastSkipped: 2, eventType: 'OrderItemAdded' },
    ])
    expect(published.map(({ kind, streamId, version }) => [kind, streamId, version])).toEqual([
      ['applied', 'customer-ada', 2],
      ['parked', 'order-2', 2],
      ['ordersOfCustomer', 'customer-ada', 2],
    ])
    expect(store.all('orders').get('1')?.customerName).toBe('Ada King')

    expect(await consumer.release({ projection: 'orders', streamId: 'order-2' })).toBe('parked-again')
    refusing = false
    expect(await consumer.release({ projection: 'orders', streamId: 'order-2' })).toBe('released')
    expect(await parked.list()).toEqual([])
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('sweeps more orders than one page holds', async () => {
    const { log, store, consumer } = projectorInMemory()
    log.append('customer-ada', customerRegistered())
    for (let order = 1; order <= 1_100; order += 1) log.append(`order-${order}`, orderCreated('ada'))
    await consumer.consume(log.events)
    await consumer.consume(log.append('customer-ada', contactChanged({ name: 'Ada King' })))
    expect(documentsIn(store)).toEqual(foldOf(log))
  })
})

/** Documents of which an acknowledged write showed less than an earlier one, of its own stream or of its customer. */
function regressions(store: MemoryDocumentStore): readonly string[] {
  const seen = new Map<string, readonly number[]>()
  return store.history.flatMap(({ projection, document }) => {
    const shows = [document.version, 'customerVersion' in document ? document.customerVersion : 0]
    const key = `${projection} ${document.id}`
    const before = seen.get(key) ?? [0, 0]
    seen.set(key, shows)
    return shows.some((version, index) => version < (before[index] ?? 0)) ? [`${key}: ${before} to ${shows}`] : []
  })
}
