import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Projector, type ProjectorOptions, startProjector } from '../../../projector/projector.js'
import type { EventEnvelope } from '../../../src/contract/eventEnvelope.js'
import { type DocumentStore, StoreUnavailable } from '../../../src/read/documentStore.js'
import type { ProjectionProgress } from '../../../src/read/projectionStatus.js'
import { eventually } from '../../support/eventually.js'
import type { MemoryDocumentStore } from '../../support/memory/memoryDocumentStore.js'
import { MemoryEventBus } from '../../support/memory/memoryEventBus.js'
import type { MemoryEventLog } from '../../support/memory/memoryEventLog.js'
import { documentsIn, foldOf, projectorInMemory } from '../../support/projectorHarness.js'
import {
  contactChanged,
  customerRegistered,
  itemAdded,
  orderCreated,
  productAdded,
} from '../../support/sampleEvents.js'

const running: Projector[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((projector) => projector.stop()))
})

function projectorOnMemory() {
  const harness = projectorInMemory()
  const bus = new MemoryEventBus(harness.log)
  const reports: (readonly ProjectionProgress[])[] = []
  const options: ProjectorOptions = {
    ...harness.parts,
    bus,
    group: 'projector',
    checkpoints: bus.checkpoints,
    observer: harness.log,
    scan: harness.log,
    status: {
      report: (statuses) => {
        reports.push(statuses)
        return Promise.resolve()
      },
    },
  }
  const start = (replaced: Partial<ProjectorOptions> = {}) => {
    const projector = startProjector({ ...options, ...replaced })
    running.push(projector)
    return projector
  }
  return { ...harness, bus, reports, start }
}

/** Returns what lets the first write to the store go on. */
function holdFirstWrite(store: MemoryDocumentStore): () => void {
  const held = Promise.withResolvers<void>()
  const write = store.write.bind(store)
  let isFirst = true
  store.write = async (writes) => {
    const waits = isFirst
    isFirst = false
    if (waits) await held.promise
    return write(writes)
  }
  return held.resolve
}

/** A bus that never hands out these events. */
function losing(bus: MemoryEventBus, ...lost: readonly (EventEnvelope | undefined)[]): MemoryEventBus {
  const ids = new Set(lost.map((event) => event?.eventId))
  return Object.create(bus, {
    subscribe: {
      value: async (group: string) => {
        const consumer = await bus.subscribe(group)
        const next = consumer.next.bind(consumer)
        consumer.next = async (limit, signal) => {
          const slice = await next(limit, signal)
          return slice && { events: slice.events.filter(({ eventId }) => !ids.has(eventId)) }
        }
        return consumer
      },
    },
  })
}

/** A customer with an order, renamed twice. Returns the events that renamed her. */
function appendWithLostRename(log: MemoryEventLog): readonly EventEnvelope[] {
  log.append('customer-ada', customerRegistered())
  log.append('order-1', orderCreated('ada'))
  const renamed = log.append(
    'customer-ada',
    contactChanged({ name: 'Ada King' }),
    contactChanged({ name: 'Ada Byron' }),
  )
  log.append('order-2', orderCreated('nobody'))
  return renamed
}

describe('projector', () => {
  it('brings the documents up to the log, and goes on where it stopped', async () => {
    const { log, store, bus, start } = projectorOnMemory()
    log.append('customer-ada', customerRegistered())
    log.append('order-1', orderCreated('ada'), itemAdded())
    const first = start({ sliceSize: 2 })
    await eventually(() => store.all('orders').get('1')?.version === 2)
    await first.stop()
    const writes = store.history.length
    log.append('customer-ada', contactChanged({ name: 'Ada King' }))
    start()
    await eventually(() => store.all('orders').get('1')?.customerVersion === 2)
    expect(store.history.length - writes).toBe(3)
    expect(documentsIn(store)).toEqual(foldOf(log))
    expect(bus.checkpoints.history('projector')).toContainEqual(log.events[2]?.position)
  })

  it('waits for a store that is away, without end and without passing anything over', async () => {
    const { log, store, bus, start } = projectorOnMemory()
    let refusals = 0
    const write = store.write.bind(store)
    store.write = (writes) => {
      refusals += 1
      return refusals > 4 ? write(writes) : Promise.reject(new StoreUnavailable('away'))
    }
    log.append('order-1', orderCreated('nobody'))
    start()
    await eventually(() => refusals === 4)
    expect(bus.checkpoints.history('projector')).toEqual([])
    await eventually(() => bus.checkpoints.history('projector').length === 1)
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('writes a slice while the one in front is written, and announces and commits them one after the other', async () => {
    const { log, store, bus, published, start } = projectorOnMemory()
    const letFirstGo = holdFirstWrite(store)
    log.append('order-1', orderCreated('nobody'))
    log.append('order-2', orderCreated('nobody'))
    start({ sliceSize: 1 })
    await eventually(() => store.all('orders').has('2'))
    expect([published, bus.checkpoints.history('projector')]).toEqual([[], []])
    letFirstGo()
    await eventually(() => bus.checkpoints.history('projector').length === 2)
    expect(published.map(({ streamId }) => streamId)).toEqual(['order-1', 'order-2'])
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('takes what comes while a small slice is in work as one slice', async () => {
    const { log, store, bus, start } = projectorOnMemory()
    const letFirstGo = holdFirstWrite(store)
    const tries = vi.spyOn(store, 'write')
    start({ gatherMs: 60_000 })
    log.append('order-1', orderCreated('nobody'))
    await eventually(() => tries.mock.calls.length === 1)
    for (const order of ['order-2', 'order-3']) {
      log.append(order, orderCreated('nobody'))
      await turn()
    }
    letFirstGo()
    await eventually(() => store.all('orders').has('3'))
    await eventually(() => bus.checkpoints.history('projector').length > 1)
    expect(bus.checkpoints.history('projector')).toEqual([log.events[0]?.position, log.events[2]?.position])
  })

  it('writes what comes behind a small slice whose announcement is held up, as by a cache that is away', async () => {
    const { log, store, bus, published, start } = projectorOnMemory()
    const held = Promise.withResolvers<void>()
    const feed = {
      publish: async (results: typeof published) => {
        await held.promise
        published.push(...results)
      },
    }
    start({ feed: feed as ProjectorOptions['feed'] })
    log.append('order-1', orderCreated('nobody'))
    await eventually(() => store.all('orders').has('1'))
    log.append('order-2', orderCreated('nobody'))
    await eventually(() => store.all('orders').has('2'))
    expect([published, bus.checkpoints.history('projector')]).toEqual([[], []])
    held.resolve()
    await eventually(() => bus.checkpoints.history('projector').length === 2)
    expect(published.map(({ streamId }) => streamId)).toEqual(['order-1', 'order-2'])
  })

  it('waits with a stream that the slice in front is writing, and with no other', async () => {
    const { log, store, bus, start } = projectorOnMemory()
    const letFirstGo = holdFirstWrite(store)
    log.append('order-1', orderCreated('nobody'), itemAdded())
    log.append('order-2', orderCreated('nobody'))
    const tries = vi.spyOn(store, 'write')
    start({ sliceSize: 1 })
    await eventually(() => store.all('orders').has('2'))
    expect(tries.mock.calls.map(([writes]) => writes[0]?.document.id)).toEqual(['1', '2'])
    letFirstGo()
    await eventually(() => bus.checkpoints.history('projector').length === 3)
    expect(tries.mock.calls.map(([writes]) => writes[0]?.document.id)).toEqual(['1', '2', '1'])
  })

  it('says for how long a slice fails, and for how long it is out of its group', async () => {
    const { log, store, bus, start } = projectorOnMemory()
    const write = store.write.bind(store)
    let isAway = true
    store.write = (writes) => (isAway ? Promise.reject(new StoreUnavailable('away')) : write(writes))
    const consumer = await bus.subscribe('projector')
    const joining = Promise.withResolvers<typeof consumer>()
    const late: typeof bus = Object.create(bus, { subscribe: { value: () => joining.promise } })
    const projector = start({ bus: late })
    await eventually(() => projector.stuckForMs > 0)
    joining.resolve(consumer)
    await eventually(() => projector.isActive && projector.stuckForMs === 0)
    log.append('order-1', orderCreated('nobody'))
    await eventually(() => projector.stuckForMs > 0)
    isAway = false
    await eventually(() => projector.stuckForMs === 0)
    Object.assign(consumer, { outForMs: 70_000 })
    expect(projector.stuckForMs).toBe(70_000)
  })

  it('stops while a store is away, and leaves the slice to the next start', async () => {
    const { log, store, bus, start } = projectorOnMemory()
    let refusals = 0
    store.write = () => {
      refusals += 1
      return Promise.reject(new StoreUnavailable('away'))
    }
    log.append('order-1', orderCreated('nobody'))
    const projector = start()
    await eventually(() => refusals > 0)
    await projector.stop()
    expect(bus.checkpoints.history('projector')).toEqual([])
  })

  it('INV-8 GAP-FILL: finds the last event of a stream when the bus has lost it', async () => {
    const { log, store, bus, start } = projectorOnMemory()
    const [, lost] = log.append('order-1', orderCreated('nobody'), itemAdded())
    log.append('order-2', orderCreated('nobody'))
    start({ bus: losing(bus, lost), lostAfterMs: 50 })
    await eventually(() => store.all('orders').get('1')?.version === 2)
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('announces what the bus has lost, also where the first try to announce fails', async () => {
    const { log, bus, published, parts, start } = projectorOnMemory()
    const [, middle, , last] = log.append('order-1', orderCreated('nobody'), itemAdded(), itemAdded(), itemAdded())
    log.append('order-2', orderCreated('nobody'))
    const failed = new Set<string>()
    const feed: typeof parts.feed = {
      publish: (results) => {
        const newest = `${results.at(-1)?.streamId} ${results.at(-1)?.version}`
        if (failed.has(newest)) return parts.feed.publish(results)
        failed.add(newest)
        return Promise.reject(new StoreUnavailable('away'))
      },
    }
    start({ bus: losing(bus, middle, last), feed, sliceSize: 1, lostAfterMs: 50 })
    const ofOrder = () => published.filter(({ streamId }) => streamId === 'order-1').map(({ version }) => version)
    await eventually(() => ofOrder().length >= 4)
    expect(ofOrder()).toEqual([1, 2, 3, 4])
  })

  it('INV-17 MERGE: announces what the bus has lost, and shows it on the orders, also where the answer to its write is lost', async () => {
    const { log, store, bus, published, start } = projectorOnMemory()
    const lost = appendWithLostRename(log)
    const write = store.write.bind(store)
    let answers = 0
    store.write = async (writes) => {
      const results = await write(writes)
      if (!writes.some(({ projection, document }) => projection === 'customers' && document.version === 3))
        return results
      answers += 1
      return answers > 1 ? results : Promise.reject(new StoreUnavailable('the answer is lost'))
    }
    start({ bus: losing(bus, ...lost), lostAfterMs: 50 })
    await eventually(() => store.all('customers').get('ada')?.ordersVersion === 3)
    expect(documentsIn(store)).toEqual(foldOf(log))
    const ofAda = () => published.filter(({ streamId }) => streamId === 'customer-ada')
    await eventually(() => ofAda().length === 5)
    expect(ofAda().map(({ kind, version }) => [kind, version])).toEqual([
      ['applied', 1],
      ['ordersOfCustomer', 1],
      ['applied', 2],
      ['applied', 3],
      ['ordersOfCustomer', 3],
    ])
  })

  it('INV-17 MERGE: shows what the bus has lost on the orders, also where a projector ends between the write and that', async () => {
    const { log, store, bus, start } = projectorOnMemory()
    const lost = appendWithLostRename(log)
    const sweep = vi.spyOn(store, 'ordersBehindCustomer').mockRejectedValue(new StoreUnavailable('away'))
    const first = start({ bus: losing(bus, log.events[0], ...lost), lostAfterMs: 50 })
    await eventually(() => sweep.mock.calls.length > 0)
    await first.stop()
    sweep.mockRestore()
    start({ bus: losing(bus, ...lost), lostAfterMs: 50 })
    await eventually(() => store.all('customers').get('ada')?.ordersVersion === 3)
    expect(documentsIn(store)).toEqual(foldOf(log))
  })

  it('does not take a stream that is parked for one that the bus has lost', async () => {
    const warnings: string[] = []
    const logger = pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) })
    const { log, bus, start } = projectorOnMemory()
    log.append('order-1', orderCreated('nobody'), itemAdded())
    log.damage('order-1', 2)
    start({ logger, lostAfterMs: 50 })
    await eventually(() => bus.checkpoints.history('projector/lost-tail').length > 0)
    expect(warnings.filter((line) => line.includes('lost'))).toEqual([])
  })

  it('records what a parked stream was not given, so that its release applies it', async () => {
    const { log, bus, parked, start } = projectorOnMemory()
    const [, , lost] = log.append('order-1', orderCreated('nobody'), itemAdded(), itemAdded())
    log.append('order-2', orderCreated('nobody'))
    log.damage('order-1', 2)
    start({ bus: losing(bus, lost), lostAfterMs: 50 })
    await eventually(async () => (await parked.list()).every(({ lastSkipped }) => lastSkipped === 3))
  })

  it('waits for a commit that does not succeed', async () => {
    const { log, bus, store, start } = projectorOnMemory()
    let refusals = 0
    const unsure: typeof bus = Object.create(bus, {
      subscribe: {
        value: async (group: string) => {
          const consumer = await bus.subscribe(group)
          const commit = consumer.commit.bind(consumer)
          consumer.commit = (slice) => {
            refusals += 1
            return refusals > 2 ? commit(slice) : Promise.reject(new StoreUnavailable('away'))
          }
          return consumer
        },
      },
    })
    log.append('order-1', orderCreated('nobody'))
    start({ bus: unsure })
    await eventually(() => bus.checkpoints.history('projector').length === 1)
    log.append('order-1', itemAdded())
    await eventually(() => store.all('orders').get('1')?.version === 2)
  })

  it('reports how far the projections are', async () => {
    const { log, reports, start } = projectorOnMemory()
    log.append('order-1', orderCreated('nobody'), itemAdded())
    log.damage('order-1', 2)
    start()
    const status = await eventually(() => reports.at(-1))
    expect(
      status.map(({ projection, lagEvents, quarantinedStreams }) => [projection, lagEvents, quarantinedStreams]),
    ).toEqual([
      ['orders', 0, 1],
      ['orderTimelines', 0, 1],
      ['customers', 0, 0],
      ['products', 0, 0],
    ])
  })

  it('stops when everything in work has ended, also what follows from a slice in front of one that could not be written', async () => {
    const { log, store, parts, start } = projectorOnMemory()
    const swept = Promise.withResolvers<void>()
    let [isSweeping, isRefused, hasStopped] = [false, false, false]
    const documents: DocumentStore = {
      ...parts.documents,
      get: (...query) => store.get(...query),
      ordersBehindCustomer: (...query) => store.ordersBehindCustomer(...query),
      makeSearchable: () => {
        isSweeping = true
        return swept.promise
      },
      write: async (writes) => {
        if (!writes.some(({ projection }) => projection === 'products')) return store.write(writes)
        isRefused = true
        throw new StoreUnavailable('away')
      },
    }
    log.append('customer-ada', customerRegistered())
    log.append('product-TEA', productAdded())
    const projector = start({ documents, sliceSize: 1 })
    await eventually(() => isSweeping && isRefused)
    const stopped = projector.stop().then(() => {
      hasStopped = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(hasStopped).toBe(false)
    swept.resolve()
    await stopped
  })
})
