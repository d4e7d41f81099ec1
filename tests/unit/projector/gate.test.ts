import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gate, inOrder } from '../../../projector/gate.js'
import { LostTail } from '../../../projector/lostTail.js'
import type { DomainEvent } from '../../../src/contract/eventCodec.js'
import type { EventEnvelope } from '../../../src/contract/eventEnvelope.js'
import { MemoryCheckpoints } from '../../support/memory/memoryCheckpoints.js'
import { documentsIn, foldOf, projectorInMemory, silentLogger } from '../../support/projectorHarness.js'
import {
  contactChanged,
  customerRegistered,
  inventoryUpdated,
  itemAdded,
  orderCancelled,
  orderConfirmed,
  orderCreated,
  orderShipped,
  paymentProcessed,
  priceChanged,
  productAdded,
} from '../../support/sampleEvents.js'

const at = (...versions: number[]) => versions.map((streamVersion) => ({ streamVersion }))

describe('gate', () => {
  it('says done for what the document shows already', () => {
    expect(gate(3, at(1, 3))).toEqual({ kind: 'done' })
    expect(gate(0, [])).toEqual({ kind: 'done' })
  })

  it('applies exactly what follows, without what was applied', () => {
    expect(gate(2, at(1, 2, 3, 4))).toEqual({ kind: 'apply', events: at(3, 4) })
  })

  it('asks for the whole run where a version is missing, at the beginning or between', () => {
    expect(gate(2, at(4, 5))).toEqual({ kind: 'gap', from: 3, to: 5 })
    expect(gate(0, at(1, 3))).toEqual({ kind: 'gap', from: 1, to: 3 })
  })

  it('is given events by version, each once', () => {
    expect(inOrder(at(3, 1, 3, 2))).toEqual(at(1, 2, 3))
  })
})

/** Several streams that touch each other; ship and cancel end an order in different ways. */
const STREAMS: readonly (readonly [string, readonly DomainEvent[]])[] = [
  [
    'customer-ada',
    [customerRegistered(), contactChanged({ name: 'Ada King' }), contactChanged({ email: 'k@example.com' })],
  ],
  ['order-1', [orderCreated('ada'), itemAdded(), paymentProcessed(1000), orderConfirmed(), orderShipped()]],
  ['order-2', [orderCreated('ada'), paymentProcessed(500), orderCancelled()]],
  ['product-TEA', [productAdded(), priceChanged(1005), inventoryUpdated(4, -1)]],
]

function logged() {
  const projector = projectorInMemory()
  const longest = Math.max(...STREAMS.map(([, events]) => events.length))
  for (let version = 0; version < longest; version += 1) {
    for (const [streamId, events] of STREAMS) {
      const event = events[version]
      if (event) projector.log.append(streamId, event)
    }
  }
  return projector
}

const COUNT = logged().log.events.length

/** Indices of events as a bad bus might hand them out: cut into slices. */
const deliveries = (indices: fc.Arbitrary<number[]>) => fc.array(indices, { minLength: 1, maxLength: 6 })
const anyIndices = fc.array(fc.nat(COUNT - 1), { minLength: 1, maxLength: COUNT * 2 })

const chosen = (events: readonly EventEnvelope[], indices: readonly number[]) =>
  indices.flatMap((index) => events[index] ?? [])

describe('a stream on a bad bus', () => {
  it('INV-7 GATE: any permutation with repeats of the events gives fold(events)', async () => {
    const permuted = fc.tuple(anyIndices, fc.integer({ min: 1, max: 5 })).chain(([repeats, slices]) => {
      const pool = [...Array(COUNT).keys(), ...repeats]
      return fc.shuffledSubarray([...pool.entries()], { minLength: pool.length }).map((order) =>
        cut(
          order.map(([, index]) => index),
          slices,
        ),
      )
    })
    await fc.assert(
      fc.asyncProperty(permuted, async (slices) => {
        const { log, store, parked, consumer } = logged()
        for (const indices of slices) await consumer.consume(chosen(log.events, indices))
        expect(documentsIn(store)).toEqual(foldOf(log))
        expect(await parked.list()).toEqual([])
      }),
      { numRuns: 60 },
    )
  }, 30_000)

  it('INV-8 GAP-FILL: dropping any messages still converges, the last of a stream too', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries(anyIndices), async (slices) => {
        const { log, store, parked, consumer } = logged()
        for (const indices of slices) await consumer.consume(chosen(log.events, indices))
        const sweep = new LostTail({
          observer: log,
          checkpoints: new MemoryCheckpoints(),
          documents: store,
          parked,
          streams: log,
          group: 'projector/lost-tail',
          minAgeMs: 0,
          logger: silentLogger,
        })
        const end = log.events.at(-1)?.position
        if (!end) throw new Error('Expected events in the log.')
        const apply = (events: readonly EventEnvelope[]) => consumer.consume(events).then(() => true)
        while (await sweep.step(end, apply));
        expect(documentsIn(store)).toEqual(foldOf(log))
      }),
      { numRuns: 60 },
    )
  }, 30_000)
})

function cut(indices: readonly number[], slices: number): number[][] {
  const size = Math.ceil(indices.length / slices)
  return Array.from({ length: slices }, (_, index) => indices.slice(index * size, (index + 1) * size))
}
