import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentWrite } from '../../src/read/documentStore.js'
import { UnknownGeneration } from '../../src/read/generations.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { customerDocument, orderDocument, productDocument, timelineDocument } from '../support/sampleDocuments.js'

const PARKED = {
  projection: 'orders',
  streamId: 'order-parked',
  failedVersion: 1,
  lastSkipped: 1,
  eventType: 'OrderCreated',
  eventPosition: '1.7.1',
  error: 'unknown event type',
  attempts: 1,
  parkedAt: '2026-03-01T09:30:00.000Z',
} as const

/** What every store does with generations of its read models. open: a new store, empty. */
export function describeGenerations(name: string, open: () => Promise<ReadStore>): void {
  describe(`${name} as the store of generations`, () => {
    let store: ReadStore

    beforeAll(async () => {
      store = await open()
    })
    afterAll(() => store.close())

    const statusSeen = async () => (await store.documents.get('orders', ['o1'])).get('o1')?.document.status
    const idsListed = async () => {
      const page = await store.queries.listOrders({}, 'CREATED_AT_DESC', { direction: 'forward', limit: 10 })
      return page.items.map(({ node }) => node.id)
    }

    it('begins with the first one, which readers see', async () => {
      expect(await store.generations.current()).toBe(1)
      const first = await store.generations.open(1)
      expect(await first.documents.write([written('PENDING')])).toEqual([
        { kind: 'written', revision: expect.anything() },
      ])
      expect(await statusSeen()).toBe('PENDING')
    })

    it('names a group for each, and knows which are not there', async () => {
      await store.generations.create(2)
      const [first, second] = [await store.generations.open(1), await store.generations.open(2)]
      expect(first.group).not.toBe(second.group)
      expect((await store.generations.create(2)).group).toBe(second.group)
      await expect(store.generations.open(3)).rejects.toThrow(UnknownGeneration)
    })

    it('shows readers nothing of a generation that is not current, and all of it at once when it is', async () => {
      const second = await store.generations.open(2)
      expect(await second.documents.get('orders', ['o1'])).toEqual(new Map())
      await second.documents.write([
        written('CONFIRMED'),
        { projection: 'orderTimelines', document: timelineDocument('o1', 1), expected: 'absent' },
        { projection: 'customers', document: customerDocument('ada'), expected: 'absent' },
        { projection: 'products', document: productDocument('TEA'), expected: 'absent' },
      ])
      await second.parked.park(PARKED)
      expect(await statusSeen()).toBe('PENDING')
      expect(await store.parked.list()).toEqual([])
      expect((await store.documents.get('products', ['TEA'])).size).toBe(0)

      await store.generations.finish(2)
      await store.generations.makeCurrent(2)
      expect(await store.generations.current()).toBe(2)
      expect(await statusSeen()).toBe('CONFIRMED')
      expect(await idsListed()).toEqual(['o1'])
      expect(await store.parked.list()).toEqual([{ ...PARKED, request: null }])
      const request = { id: 'r1', kind: 'retry', askedAt: PARKED.parkedAt, taken: null } as const
      expect(await store.parked.changeRequest(PARKED, null, request)).toBe(true)
      expect(await second.parked.list()).toEqual([{ ...PARKED, request }])
      expect((await store.documents.get('products', ['TEA'])).size).toBe(1)
    })

    it('goes on writing into a generation that readers do not see any more', async () => {
      const first = await store.generations.open(1)
      const [stored] = (await first.documents.get('orders', ['o1'])).values()
      if (!stored) throw new Error('Expected the first generation to have the order.')
      const shipped = {
        projection: 'orders',
        document: orderDocument('o1', { status: 'SHIPPED', version: 2 }),
      } as const
      expect(await first.documents.write([{ ...shipped, expected: stored.revision }])).toEqual([
        { kind: 'written', revision: expect.anything() },
      ])
      expect(await statusSeen()).toBe('CONFIRMED')
    })

    it('goes back by the same way, done twice or not', async () => {
      await store.generations.makeCurrent(1)
      await store.generations.makeCurrent(1)
      expect(await statusSeen()).toBe('SHIPPED')
    })

    it('drops one that is not current, and no other', async () => {
      await expect(store.generations.drop(1)).rejects.toThrow("can't be dropped")
      await store.generations.drop(2)
      await store.generations.drop(2)
      await expect(store.generations.open(2)).rejects.toThrow(UnknownGeneration)
      expect(await statusSeen()).toBe('SHIPPED')
    })
  })
}

function written(status: 'PENDING' | 'CONFIRMED'): DocumentWrite {
  return { projection: 'orders', document: orderDocument('o1', { status }), expected: 'absent' }
}
