import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppendRequest, EventStore, StreamReader } from '../../src/write/eventStore/eventStore.js'

export interface EventStoreUnderTest {
  readonly store: EventStore & StreamReader
  close(): Promise<void>
}

/** What every event store has to keep, whatever it is made of. */
export function eventStoreConformance(name: string, open: () => Promise<EventStoreUnderTest>): void {
  describe(`${name} as an EventStore`, () => {
    let underTest: EventStoreUnderTest
    beforeAll(async () => {
      underTest = await open()
    })
    afterAll(() => underTest.close())
    const store = () => underTest.store

    it('gives back what was appended, in the order of versions', async () => {
      const stream = newStream()
      for (const version of [1, 2, 3]) expect((await store().append(requestOf(stream, version))).kind).toBe('appended')
      const events = await store().readStream(stream, 1)
      expect(events.map((event) => event.streamVersion)).toEqual([1, 2, 3])
      expect(events[0]).toMatchObject({
        streamId: stream,
        streamCategory: 'order',
        type: 'OrderConfirmed',
        schemaVersion: 1,
        data: { n: 1 },
      })
      expect(events[0]?.metadata).toEqual(METADATA)
      expect((await store().readStream(stream, 2, 2)).map((event) => event.streamVersion)).toEqual([2])
      expect(await store().readStream(newStream(), 1)).toEqual([])
    })

    it('refuses a version that is taken, and a command id of the same principal', async () => {
      const stream = newStream()
      const first = requestOf(stream, 1)
      await store().append(first)
      expect(await store().append(requestOf(stream, 1))).toEqual({ kind: 'conflict' })
      expect(await store().append({ ...requestOf(newStream(), 1), commandId: first.commandId })).toEqual({
        kind: 'conflict',
      })
      expect(
        (await store().append({ ...requestOf(newStream(), 1), commandId: first.commandId, principal: 'another' })).kind,
      ).toBe('appended')
    })

    it('finds the event of a command with its fingerprint, and nothing for one that was refused', async () => {
      const stream = newStream()
      const request = requestOf(stream, 1)
      await store().append(request)
      const lost = requestOf(stream, 1)
      await store().append(lost)
      expect(await store().findByCommand(request.principal, request.commandId)).toMatchObject({
        event: { eventId: request.eventId, streamId: stream, streamVersion: 1 },
        fingerprint: request.fingerprint,
      })
      expect(await store().findByCommand(lost.principal, lost.commandId)).toBeUndefined()
    })

    it('loads what is newer of several streams, and the newest catalogue entries alone', async () => {
      const [order, product] = [newStream(), `product-${randomUUID()}`]
      await store().append(requestOf(order, 1))
      await store().append(requestOf(order, 2))
      const types = ['ProductAdded', 'ProductPriceChanged', 'InventoryUpdated']
      for (const [index, type] of types.entries())
        await store().append({ ...requestOf(product, index + 1), streamCategory: 'product', type })
      const loaded = await store().load({
        streams: [{ streamId: order, afterVersion: 1 }],
        catalogue: [product, 'product-none'],
      })
      expect(loaded.streams.get(order)?.map((event) => event.streamVersion)).toEqual([2])
      expect([...loaded.catalogue.keys()]).toEqual([product])
      expect(loaded.catalogue.get(product)).toMatchObject({ type: 'ProductPriceChanged', streamVersion: 2 })
    })

    it('gives concurrent loads each their own part', async () => {
      const stream = newStream()
      for (const version of [1, 2, 3]) await store().append(requestOf(stream, version))
      const loads = await Promise.all(
        [0, 1, 2, 3].map((afterVersion) =>
          store().load({ streams: [{ streamId: stream, afterVersion }], catalogue: [] }),
        ),
      )
      expect(loads.map(({ streams }) => streams.get(stream)?.length ?? 0)).toEqual([3, 2, 1, 0])
    })

    it('INV-1 DENSE: 32 writers on one stream leave versions 1..n, no hole, no double', async () => {
      const stream = newStream()
      await Promise.all(
        Array.from({ length: 32 }, async () => {
          for (let appended = 0; appended < 5; ) {
            const seen = (
              await store().load({ streams: [{ streamId: stream, afterVersion: 0 }], catalogue: [] })
            ).streams.get(stream)
            const result = await store().append(requestOf(stream, (seen?.length ?? 0) + 1))
            if (result.kind === 'appended') appended += 1
          }
        }),
      )
      const versions = (await store().readStream(stream, 1)).map((event) => event.streamVersion)
      expect(versions).toEqual(Array.from({ length: 160 }, (_, index) => index + 1))
    })

    it('INV-2 LINEAR: an append sees every append acknowledged before it began', async () => {
      const stream = newStream()
      let acknowledged = 0
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let round = 0; round < 25; round++) {
            const before = acknowledged
            const seen =
              (await store().load({ streams: [{ streamId: stream, afterVersion: 0 }], catalogue: [] })).streams.get(
                stream,
              )?.length ?? 0
            expect(seen).toBeGreaterThanOrEqual(before)
            const result = await store().append(requestOf(stream, seen + 1))
            if (result.kind === 'appended') acknowledged = Math.max(acknowledged, seen + 1)
          }
        }),
      )
    })

    it('lets the good of a group through when one of it can never be kept', async () => {
      const good = Array.from({ length: 5 }, () => requestOf(newStream(), 1))
      const broken = { ...requestOf(newStream(), 1), data: { text: 'a\u0000b' } }
      const results = await Promise.allSettled([...good, broken].map((request) => store().append(request)))
      expect(results.map(({ status }) => status)).toEqual([...good.map(() => 'fulfilled'), 'rejected'])
      for (const { streamId } of good) expect(await store().readStream(streamId, 1)).toHaveLength(1)
    })
  })
}

const METADATA = {
  correlationId: 'correlation',
  causationId: 'causation',
  actor: 'tester',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  occurredAt: '2026-01-02T03:04:05.678Z',
}

function newStream(): string {
  return `order-${randomUUID()}`
}

function requestOf(streamId: string, streamVersion: number): AppendRequest {
  return {
    streamId,
    streamCategory: 'order',
    streamVersion,
    eventId: randomUUID(),
    type: 'OrderConfirmed',
    schemaVersion: 1,
    data: { n: streamVersion },
    metadata: METADATA,
    principal: 'tester',
    commandId: randomUUID(),
    fingerprint: randomUUID(),
  }
}
