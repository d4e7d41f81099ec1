import { describe, expect, it } from 'vitest'
import { EventReader } from '../../../../projector/eventReader.js'
import { endOf, foldedStreams, foldStreams } from '../../../../projector/fold/foldedStreams.js'
import type { StreamFold } from '../../../../projector/fold/streamFold.js'
import { MemoryEventLog } from '../../../support/memory/memoryEventLog.js'
import { foldOf } from '../../../support/projectorHarness.js'
import {
  contactChanged,
  customerForgotten,
  customerRegistered,
  itemAdded,
  orderConfirmed,
  orderCreated,
} from '../../../support/sampleEvents.js'

function partsOf(log: MemoryEventLog) {
  return { scan: log, events: new EventReader(log.keys, log.cipher) }
}

async function all(pages: AsyncIterable<readonly StreamFold[]>): Promise<StreamFold[]> {
  const folds: StreamFold[] = []
  for await (const page of pages) folds.push(...page)
  return folds
}

function someStreams(): MemoryEventLog {
  const log = new MemoryEventLog()
  log.append('order-1', orderCreated('ada'), itemAdded(), orderConfirmed())
  log.append('customer-ada', customerRegistered())
  log.append('order-2', orderCreated('ada'))
  log.append('customer-ada', contactChanged({ name: 'Ada King' }))
  return log
}

describe('the log folded stream by stream', () => {
  it.each([1, 2, 3, 1_000])(
    'gives every stream once and whole, customers first, in pages of %i events',
    async (pageSize) => {
      const log = someStreams()
      const folds = await all(foldedStreams(partsOf(log), { pageSize }))
      expect(folds.map(({ streamId, version }) => [streamId, version])).toEqual([
        ['customer-ada', 2],
        ['order-1', 3],
        ['order-2', 1],
      ])
      const { customers, orderTimelines } = foldOf(log)
      expect(folds[0]?.documents.customers).toEqual({ ...customers.get('ada'), ordersVersion: 0 })
      expect(folds[1]?.documents.orderTimelines).toEqual(orderTimelines.get('1'))
    },
  )

  it('goes on behind the last stream that it has given', async () => {
    const log = someStreams()
    const pages = foldedStreams(partsOf(log), { pageSize: 2 })
    const [first] = (await pages.next()).value ?? []
    if (!first) throw new Error('Expected a stream.')
    const rest = await all(foldedStreams(partsOf(log), { after: endOf(first) }))
    expect(rest.map(({ streamId }) => streamId)).toEqual(['order-1', 'order-2'])
  })

  it('stops each projection at the event that it cannot take, and tells it', async () => {
    const log = someStreams()
    log.damage('order-1', 2)
    const fold = (await foldStreams(partsOf(log), ['order-1'])).get('order-1')
    expect(fold?.version).toBe(3)
    expect(fold?.documents.orders?.version).toBe(1)
    expect(fold?.faults.get('orders')).toMatchObject({ version: 2, eventType: 'SomethingUnheardOf' })
    expect(fold?.faults.get('orderTimelines')).toMatchObject({ version: 2 })
  })

  it('forgets a customer whatever came before, as the quarantine does', async () => {
    const log = someStreams()
    log.damage('customer-ada', 2)
    log.append('customer-ada', customerForgotten())
    const fold = (await foldStreams(partsOf(log), ['customer-ada'])).get('customer-ada')
    expect(fold?.documents.customers).toMatchObject({ version: 3, forgotten: true, name: null })
    expect(fold?.faults.size).toBe(0)
  })

  it('folds up to a version where that is asked for', async () => {
    const log = someStreams()
    const folds = await foldStreams(partsOf(log), ['order-1', 'order-9'], new Map([['order-1', 2]]))
    expect(folds.get('order-1')?.documents.orders).toMatchObject({ version: 2, status: 'PENDING' })
    expect(folds.has('order-9')).toBe(false)
  })
})
