import { afterEach, describe, expect, it } from 'vitest'
import { type Projector, type ProjectorOptions, startProjector } from '../../../projector/projector.js'
import { StoreUnavailable } from '../../../src/read/documentStore.js'
import type { ProjectionProgress } from '../../../src/read/projectionStatus.js'
import { eventually } from '../../support/eventually.js'
import { MemoryEventBus } from '../../support/memory/memoryEventBus.js'
import { documentsIn, foldOf, projectorInMemory } from '../../support/projectorHarness.js'
import { contactChanged, customerRegistered, itemAdded, orderCreated } from '../../support/sampleEvents.js'

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
    status: {
      report: (statuses) => {
        reports.push(statuses)
        return Promise.resolve()
      },
      read: () => Promise.resolve(reports.at(-1) ?? []),
    },
  }
  const start = (replaced: Partial<ProjectorOptions> = {}) => {
    const projector = startProjector({ ...options, ...replaced })
    running.push(projector)
    return projector
  }
  return { ...harness, bus, reports, start }
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
    const lossy: typeof bus = Object.create(bus, {
      subscribe: {
        value: async (group: string) => {
          const consumer = await bus.subscribe(group)
          const next = consumer.next.bind(consumer)
          consumer.next = async (limit, signal) => {
            const slice = await next(limit, signal)
            return slice && { events: slice.events.filter(({ eventId }) => eventId !== lost?.eventId) }
          }
          return consumer
        },
      },
    })
    start({ bus: lossy, lostAfterMs: 50 })
    await eventually(() => store.all('orders').get('1')?.version === 2)
    expect(documentsIn(store)).toEqual(foldOf(log))
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
})
