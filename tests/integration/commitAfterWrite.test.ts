import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { startProjector } from '../../projector/projector.js'
import { type KafkaBus, openKafkaBus } from '../../src/bus/kafka/kafkaBus.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { eventually } from '../support/eventually.js'
import { kafkaSettings, silentLogger } from '../support/kafkaLog.js'
import { MemoryCheckpoints } from '../support/memory/memoryCheckpoints.js'
import type { MemoryDocumentStore } from '../support/memory/memoryDocumentStore.js'
import { documentsIn, foldOf, projectorInMemory } from '../support/projectorHarness.js'
import { itemAdded, orderCreated } from '../support/sampleEvents.js'
import { describeOnStack } from '../support/stack/onStack.js'

const ORDERS = 6
const EVENTS_EACH = 8
const SLICE = 7
/** Several times what lies between two commits of offsets. */
const WATCH_MS = 300

describeOnStack(['kafka'], 'a projector on Kafka', (stack) => {
  it('INV-10 COMMIT-AFTER-WRITE: commits no offset before the documents of every event in front of it are durable', async () => {
    await using open = new AsyncDisposableStack()
    const settings = kafkaSettings(stack.kafkaBrokers, `${stack.prefix}.commit-after-write.`)
    const checkpoints = new MemoryCheckpoints()
    const bus = await openKafkaBus({ kafka: settings, installationId: randomUUID(), checkpoints, logger: silentLogger })
    open.defer(() => bus.close())
    const { log, store, parts } = projectorInMemory()
    const writes = holdWrites(store)
    for (let order = 1; order <= ORDERS; order += 1) log.append(`order-${order}`, orderCreated('nobody'))
    for (let version = 2; version <= EVENTS_EACH; version += 1) {
      for (let order = 1; order <= ORDERS; order += 1) log.append(`order-${order}`, itemAdded())
    }
    const publisher = bus.publisher()
    open.defer(() => publisher.close())
    await publisher.publish(log.events.map(toMessage))
    const status = { report: () => Promise.resolve() }
    const options = { ...parts, bus, group: 'group', checkpoints, observer: log, scan: log, status, sliceSize: SLICE }
    const projector = startProjector(options)
    open.defer(() => projector.stop())
    open.defer(() => writes.letGo())

    const committed: number[] = []
    const isDurable = () => log.events.every(isIn(store))
    while ((await eventually(() => (isDurable() ? 'done' : writes.held.length > 0 && 'held'))) === 'held') {
      const giveWayAt = performance.now() + WATCH_MS
      do {
        const done = await committedEvents(bus, log.events)
        expect(done.filter((event) => !isIn(store)(event))).toEqual([])
        committed.push(done.length)
      } while (performance.now() < giveWayAt)
      // The newest first, so that later slices are durable before those in front of them.
      writes.held.pop()?.()
    }
    await eventually(async () => (await committedEvents(bus, log.events)).length === log.events.length)
    // Else nothing was shown.
    expect(committed.some((count) => count > 0 && count < log.events.length)).toBe(true)
    expect(documentsIn(store)).toEqual(foldOf(log))
  }, 60_000)
})

/** Every write that is not empty waits for its release, which is put at the end of `held`, until they are all let go. */
function holdWrites(store: MemoryDocumentStore) {
  const held: (() => void)[] = []
  const write = store.write.bind(store)
  store.write = async (writes) => {
    if (writes.length > 0) await new Promise<void>((release) => held.push(release))
    return write(writes)
  }
  const letGo = () => {
    store.write = write
    for (const release of held.splice(0)) release()
  }
  return { held, letGo }
}

function isIn(store: MemoryDocumentStore) {
  return ({ streamId, streamVersion }: EventEnvelope): boolean => {
    const id = streamId.replace('order-', '')
    const shown = [store.all('orders').get(id)?.version ?? 0, store.all('orderTimelines').get(id)?.version ?? 0]
    return Math.min(...shown) >= streamVersion
  }
}

/** events: as they were published. */
async function committedEvents(bus: KafkaBus, events: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
  const parts = await bus.parts('group')
  return parts.flatMap(({ behind, covers }) => {
    if (behind === undefined) return []
    const all = events.filter(covers)
    return all.slice(0, all.length - behind)
  })
}

/** As an outbox gives it. */
function toMessage(event: EventEnvelope) {
  return { ...event, traceparent: event.metadata.traceparent, envelope: JSON.stringify(event) }
}
