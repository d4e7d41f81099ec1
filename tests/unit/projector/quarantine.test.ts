import { describe, expect, it } from 'vitest'
import { SliceConsumer } from '../../../projector/consumeBatch.js'
import { documentsIn, foldOf, projectorInMemory } from '../../support/projectorHarness.js'
import {
  contactChanged,
  customerForgotten,
  customerRegistered,
  itemAdded,
  orderCancelled,
  orderConfirmed,
  orderCreated,
  orderShipped,
} from '../../support/sampleEvents.js'

describe('a poison event', () => {
  it('parks its stream in front of it, and all others go on', async () => {
    const { log, store, parked, published, consumer } = projectorInMemory()
    log.append('order-1', orderCreated('nobody'), itemAdded(), orderConfirmed())
    log.append('order-2', orderCreated('nobody'))
    log.damage('order-1', 2)
    await consumer.consume(log.events)
    expect(store.all('orders').get('1')?.version).toBe(1)
    expect(store.all('orders').get('2')?.version).toBe(1)
    const rows = await parked.list()
    expect(rows.map((row) => [row.projection, row.streamId, row.failedVersion, row.lastSkipped, row.attempts])).toEqual(
      [
        ['orders', 'order-1', 2, 3, 1],
        ['orderTimelines', 'order-1', 2, 3, 1],
      ],
    )
    expect(rows[0]?.error).toContain('UndecodableEvent')
    expect(published.filter(({ kind }) => kind === 'parked')).toEqual([
      { kind: 'parked', projections: ['orders', 'orderTimelines'], streamId: 'order-1', version: 2 },
    ])
    expect(
      published.filter((each) => each.kind === 'applied').map((each) => `${each.streamId} ${each.version}`),
    ).toEqual(['order-1 1', 'order-2 1'])
  })

  it('is passed over durably by what comes later, and what came before is announced again', async () => {
    const { log, parked, published, consumer } = projectorInMemory()
    log.append('order-1', orderCreated('nobody'), itemAdded())
    log.damage('order-1', 2)
    await consumer.consume(log.events)
    published.length = 0
    await consumer.consume([...log.events, ...log.append('order-1', orderConfirmed())])
    expect((await parked.list()).map((row) => row.lastSkipped)).toEqual([3, 3])
    expect(published.map((each) => `${each.kind} ${each.version}`)).toEqual(['applied 1', 'parked 2'])
  })

  it('is parked again, with what was passed over since, where another process has parked it unseen', async () => {
    const { log, parked, parts, consumer } = projectorInMemory()
    const other = new SliceConsumer(parts)
    await consumer.consume(log.append('order-2', orderCreated('nobody')))
    log.append('order-1', orderCreated('nobody'), itemAdded())
    log.damage('order-1', 2)
    await other.consume(log.events.filter(({ streamId }) => streamId === 'order-1'))
    await consumer.consume(log.append('order-1', orderConfirmed()))
    expect((await parked.list()).map(({ failedVersion, lastSkipped }) => [failedVersion, lastSkipped])).toEqual([
      [2, 3],
      [2, 3],
    ])
  })

  it('is found among the events of a document that the store refuses', async () => {
    const { log, store, parked, consumer } = projectorInMemory()
    log.append('order-1', orderCreated('nobody'), orderConfirmed(), orderShipped('bad \u0000 text'), orderCancelled())
    await consumer.consume(log.events)
    expect(
      (await parked.list()).map((row) => [row.projection, row.failedVersion, row.lastSkipped, row.attempts]),
    ).toEqual([
      ['orders', 3, 4, 5],
      ['orderTimelines', 3, 4, 5],
    ])
    expect(store.all('orders').get('1')).toMatchObject({ version: 2, status: 'CONFIRMED' })
  })

  it('does not stop the erasure of its customer', async () => {
    const { log, store, parked, published, consumer } = projectorInMemory()
    log.append('customer-ada', customerRegistered())
    log.append('order-1', orderCreated('ada'))
    await consumer.consume(log.events)
    log.append('customer-ada', contactChanged({ name: 'Ada King' }))
    log.damage('customer-ada', 2)
    await consumer.consume(log.events.slice(2))
    expect(await parked.list()).toHaveLength(1)
    await consumer.consume(log.append('customer-ada', customerForgotten()))
    expect(store.all('customers').get('ada')).toMatchObject({ version: 3, name: null, email: null, forgotten: true })
    expect(store.all('orders').get('1')).toMatchObject({
      customerVersion: 3,
      customerName: null,
      shippingAddress: null,
    })
    expect(published.at(-1)).toEqual({ kind: 'ordersOfCustomer', streamId: 'customer-ada', version: 3 })
  })

  it('is released once its cause is gone: everything passed over is applied and announced', async () => {
    const { log, store, parked, published, consumer } = projectorInMemory()
    const [, poison] = log.append('order-1', orderCreated('nobody'), itemAdded())
    if (!poison) throw new Error('Expected two events.')
    log.damage('order-1', 2)
    await consumer.consume(log.events)
    await consumer.consume(log.append('order-1', orderConfirmed()))
    expect(await consumer.release({ projection: 'orders', streamId: 'order-1' })).toBe('parked-again')
    log.repair(poison)
    published.length = 0
    expect(await consumer.release({ projection: 'orders', streamId: 'order-1' })).toBe('released')
    expect(await consumer.release({ projection: 'orders', streamId: 'order-1' })).toBe('not-parked')
    expect(await consumer.release({ projection: 'orderTimelines', streamId: 'order-1' })).toBe('released')
    expect(documentsIn(store)).toEqual(foldOf(log))
    expect(await parked.list()).toEqual([])
    const applied = published.flatMap((each) =>
      each.kind === 'applied' ? [`${each.projections} ${each.version}`] : [],
    )
    expect(applied).toEqual(['orders 2', 'orders 3', 'orders,orderTimelines 2', 'orders,orderTimelines 3'])
  })

  it('goes on where a release has removed the row between the look and the record', async () => {
    const { log, store, parked, parts, consumer } = projectorInMemory()
    const [, poison] = log.append('order-1', orderCreated('nobody'), itemAdded())
    if (!poison) throw new Error('Expected two events.')
    log.damage('order-1', 2)
    await consumer.consume(log.events)
    log.repair(poison)
    const raise = parked.raiseLastSkipped.bind(parked)
    parts.parked.raiseLastSkipped = async (projection, streamId, version) => {
      await parked.remove(projection, streamId, 2)
      await raise(projection, streamId, version)
    }
    await consumer.consume(log.append('order-1', orderConfirmed()))
    expect(documentsIn(store)).toEqual(foldOf(log))
    expect(await parked.list()).toEqual([])
  })
})
