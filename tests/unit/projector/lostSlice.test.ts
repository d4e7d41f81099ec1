import { expect, it } from 'vitest'
import { startProjector } from '../../../projector/projector.js'
import { eventually } from '../../support/eventually.js'
import { MemoryEventBus } from '../../support/memory/memoryEventBus.js'
import { documentsIn, foldOf, projectorInMemory } from '../../support/projectorHarness.js'
import { customerRegistered, orderConfirmed, orderCreated } from '../../support/sampleEvents.js'

it('INV-6 SINGLE-EFFECT: a projector whose slice has gone to another writes nothing wrong, announces nothing and commits nothing', async () => {
  const { log, store, published, parts } = projectorInMemory()
  log.append('customer-ada', customerRegistered())
  log.append('order-1', orderCreated('ada'), orderConfirmed())
  const bus = new MemoryEventBus(log)
  const consumer = await bus.subscribe('projector')
  const committed: unknown[] = []
  consumer.commit = (slice) => {
    committed.push(...(consumer.holds(slice) ? slice.events : []))
    return Promise.resolve()
  }
  // As if the process had been paused between its writes and what it says of them.
  consumer.holds = () => false
  bus.subscribe = () => Promise.resolve(consumer)
  const projector = startProjector({
    ...parts,
    bus,
    group: 'projector',
    checkpoints: bus.checkpoints,
    observer: log,
    scan: log,
    status: { report: () => Promise.resolve() },
  })
  await eventually(() => store.all('orders').get('1')?.version === 2)
  await projector.stop()
  expect(published).toEqual([])
  expect(committed).toEqual([])

  // The one that has it now finds the documents done, and announces them.
  const { consumer: successor } = projectorInMemory({ ...parts })
  await successor.consume(log.events)
  expect(documentsIn(store)).toEqual(foldOf(log))
  expect(
    published.filter(({ kind }) => kind === 'applied').map(({ streamId, version }) => [streamId, version]),
  ).toEqual([
    ['customer-ada', 1],
    ['order-1', 1],
    ['order-1', 2],
  ])
})
