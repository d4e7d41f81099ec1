import { describe, expect, it } from 'vitest'
import { SliceConsumer } from '../../../projector/consumeBatch.js'
import { StoreUnavailable } from '../../../src/read/documentStore.js'
import { documentsIn, foldOf, projectorInMemory } from '../../support/projectorHarness.js'
import {
  contactChanged,
  customerForgotten,
  customerRegistered,
  itemAdded,
  orderConfirmed,
  orderCreated,
  productAdded,
} from '../../support/sampleEvents.js'

describe('a slice of events', () => {
  it('writes each document once, whatever the number of its events', async () => {
    const { log, store, consumer } = projectorInMemory()
    log.append('product-TEA', productAdded())
    log.append('order-1', orderCreated('nobody'), itemAdded(), orderConfirmed())
    await consumer.consume(log.events)
    const written = store.history.map(({ projection, document }) => `${projection} ${document.id} ${document.version}`)
    expect(written).toEqual(['products TEA 1', 'orders 1 3', 'orderTimelines 1 3'])
  })

  it('announces each event once, in order, with the order as it was then', async () => {
    const { log, published, consumer } = projectorInMemory()
    log.append('customer-ada', customerRegistered())
    log.append('order-1', orderCreated('ada'), itemAdded(), orderConfirmed())
    await consumer.consume(log.events)
    const projections = ['orders', 'orderTimelines']
    const order = {
      orderId: '1',
      customerId: 'ada',
      createdAt: '2026-03-01T09:30:00.000Z',
      currency: 'USD',
    }
    const [registered, created, added, confirmed] = log.events.map(({ recordedAt }) => recordedAt)
    const applied = { kind: 'applied', projections, streamId: 'order-1' }
    expect(published).toEqual([
      {
        kind: 'applied',
        recordedAt: registered,
        projections: ['customers'],
        streamId: 'customer-ada',
        version: 1,
        type: 'CustomerRegistered',
        order: null,
      },
      {
        ...applied,
        recordedAt: created,
        version: 1,
        type: 'OrderCreated',
        order: { ...order, status: 'PENDING', previousStatus: null, totalMinor: 1990, skus: ['TEA'] },
      },
      {
        ...applied,
        recordedAt: added,
        version: 2,
        type: 'OrderItemAdded',
        order: { ...order, status: 'PENDING', previousStatus: null, totalMinor: 3240, skus: ['TEA', 'CUP'] },
      },
      {
        ...applied,
        recordedAt: confirmed,
        version: 3,
        type: 'OrderConfirmed',
        order: { ...order, status: 'CONFIRMED', previousStatus: 'PENDING', totalMinor: 3240, skus: ['TEA', 'CUP'] },
      },
      { kind: 'ordersOfCustomer', streamId: 'customer-ada', version: 1 },
    ])
  })

  it('writes nothing for events that are applied already, and announces them again as they were', async () => {
    const { log, store, published, parts, consumer } = projectorInMemory()
    log.append('customer-ada', customerRegistered())
    log.append('order-1', orderCreated('ada'), itemAdded(), orderConfirmed())
    await consumer.consume(log.events)
    const [writes, first] = [store.history.length, [...published]]
    // A projector that died before it could commit, started again: it remembers nothing.
    await new SliceConsumer(parts).consume(log.events)
    expect(store.history.length).toBe(writes)
    expect(published.slice(first.length)).toEqual(first)
  })

  it('announces again what it had to take from the log between events that arrived, also when it arrives a second time', async () => {
    const { log, published, parts, consumer } = projectorInMemory()
    const events = log.append('order-1', orderCreated('nobody'), itemAdded(), itemAdded(), orderConfirmed())
    await consumer.consume(events.slice(0, 1))
    published.length = 0
    const arrived = events.filter(({ streamVersion }) => [2, 4].includes(streamVersion))
    await consumer.consume(arrived)
    const first = [...published]
    expect(first.map(({ version }) => version)).toEqual([2, 3, 4])
    await new SliceConsumer(parts).consume(arrived)
    expect(published.slice(3)).toEqual(first)
  })

  it('does after-duties that failed again to the end, with what was filled in', async () => {
    const { log, published, parts } = projectorInMemory()
    let away = true
    const consumer = new SliceConsumer({
      ...parts,
      feed: {
        publish: (results) => (away ? Promise.reject(new StoreUnavailable('away')) : parts.feed.publish(results)),
      },
    })
    const events = log.append('order-1', orderCreated('nobody'), itemAdded(), orderConfirmed())
    const finish = await consumer.apply(events.slice(2))
    await expect(finish()).rejects.toThrow('away')
    away = false
    await finish()
    expect(published.map(({ version }) => version)).toEqual([1, 2, 3])
  })

  it('does the after-duties of a projector that died right after its write', async () => {
    const { log, store, parts } = projectorInMemory()
    log.append('customer-ada', customerRegistered())
    log.append('order-1', orderCreated('ada'))
    await new SliceConsumer(parts).consume(log.events)
    const change = log.append('customer-ada', contactChanged({ name: 'Ada King' }))
    const died = new SliceConsumer({
      ...parts,
      feed: { publish: () => Promise.reject(new Error('killed before the sweep')) },
    })
    await expect(died.consume(change)).rejects.toThrow('killed')
    expect(store.all('orders').get('1')?.customerName).toBe('Ada Lovelace')
    await new SliceConsumer(parts).consume(change)
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('erases a forgotten customer from the document and from all orders, whatever key is still cached', async () => {
    const { log, store, consumer } = projectorInMemory()
    log.append('customer-ada', customerRegistered())
    log.append('order-1', orderCreated('ada'))
    await consumer.consume(log.events)
    const late = log.append('order-2', orderCreated('ada'))
    await consumer.consume([...late, ...log.append('customer-ada', customerForgotten())])
    await consumer.consume(log.append('order-1', orderConfirmed()))
    const everything = JSON.stringify([...store.all('orders').values(), ...store.all('customers').values()])
    expect(everything).not.toMatch(/Lovelace|ada@example|Engine|London/)
    expect(store.all('orders').get('1')).toMatchObject({ status: 'CONFIRMED', customerVersion: 2, country: 'GB' })
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('takes a customer whose document is not there yet from the log', async () => {
    const { log, store, consumer } = projectorInMemory()
    log.append('customer-ada', customerRegistered(), contactChanged({ name: 'Ada King' }))
    await consumer.consume(log.append('order-1', orderCreated('ada')))
    expect(store.all('customers').size).toBe(0)
    expect(store.all('orders').get('1')).toMatchObject({ customerVersion: 2, customerName: 'Ada King' })
  })
})
