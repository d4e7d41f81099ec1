import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentStore, DocumentWrite, Revision } from '../../src/read/documentStore.js'
import { customerDocument, orderDocument, productDocument, timelineDocument } from '../support/sampleDocuments.js'

export interface OpenedDocumentStore {
  readonly store: DocumentStore
  close(): Promise<void>
}

/** What every document store does. open: a new store, empty. */
export function describeDocumentStore(name: string, open: () => Promise<OpenedDocumentStore>): void {
  describe(`${name} as a document store`, () => {
    let opened: OpenedDocumentStore
    let store: DocumentStore

    beforeAll(async () => {
      opened = await open()
      store = opened.store
    })
    afterAll(() => opened.close())

    async function written(write: DocumentWrite): Promise<Revision> {
      const [result] = await store.write([write])
      if (result?.kind !== 'written') throw new Error(`Expected the document to be written, found ${result?.kind}.`)
      return result.revision
    }

    it('gives back every kind of document as it was written', async () => {
      const order = orderDocument('kinds', { customerName: 'Zoë "Ω" \\ 🦊', totalMinor: Number.MAX_SAFE_INTEGER })
      const timeline = timelineDocument('kinds', 3)
      const customer = customerDocument('kinds')
      const product = productDocument('kinds')
      const results = await store.write([
        { projection: 'orders', document: order, expected: 'absent' },
        { projection: 'orderTimelines', document: timeline, expected: 'absent' },
        { projection: 'customers', document: customer, expected: 'absent' },
        { projection: 'products', document: product, expected: 'absent' },
      ])
      expect(results.map(({ kind }) => kind)).toEqual(['written', 'written', 'written', 'written'])
      expect((await store.get('orders', ['kinds'])).get('kinds')?.document).toEqual(order)
      expect((await store.get('orderTimelines', ['kinds'])).get('kinds')?.document).toEqual(timeline)
      expect((await store.get('customers', ['kinds'])).get('kinds')?.document).toEqual(customer)
      expect((await store.get('products', ['kinds'])).get('kinds')?.document).toEqual(product)
    })

    it('leaves out what is not there, also ids that cannot be', async () => {
      await written({ projection: 'orders', document: orderDocument('there'), expected: 'absent' })
      const found = await store.get('orders', ['there', 'nowhere', 'nul\0nul', 'half\ud800', ''])
      expect([...found.keys()]).toEqual(['there'])
      expect(await store.get('orders', [])).toEqual(new Map())
    })

    it('writes only over the revision that the writer has seen', async () => {
      const first = orderDocument('cas')
      const second = orderDocument('cas', { version: 2 })
      const revision = await written({ projection: 'orders', document: first, expected: 'absent' })
      expect((await store.get('orders', ['cas'])).get('cas')?.revision).toBe(revision)

      expect(await store.write([{ projection: 'orders', document: second, expected: 'absent' }])).toEqual([
        { kind: 'conflict' },
      ])
      const next = await written({ projection: 'orders', document: second, expected: revision })
      expect(next).not.toBe(revision)
      expect(await store.write([{ projection: 'orders', document: first, expected: revision }])).toEqual([
        { kind: 'conflict' },
      ])
      expect((await store.get('orders', ['cas'])).get('cas')).toEqual({ document: second, revision: next })
    })

    it('does not make a document that the writer believes to be there', async () => {
      const seen = await written({ projection: 'customers', document: customerDocument('seen'), expected: 'absent' })
      expect(
        await store.write([{ projection: 'customers', document: customerDocument('unseen'), expected: seen }]),
      ).toEqual([{ kind: 'conflict' }])
      expect((await store.get('customers', ['unseen'])).size).toBe(0)
    })

    it('answers item by item, in the order given, and a conflict or a poisonous document keeps no other from being written', async () => {
      await written({ projection: 'orders', document: orderDocument('mixed-2'), expected: 'absent' })
      const results = await store.write([
        { projection: 'products', document: productDocument('mixed-1'), expected: 'absent' },
        { projection: 'orders', document: orderDocument('mixed-2', { version: 7 }), expected: 'absent' },
        { projection: 'orders', document: orderDocument('mixed-3', { customerName: 'A\0da' }), expected: 'absent' },
        { projection: 'orders', document: orderDocument('mixed-4', { trackingNumber: 'T\ud800' }), expected: 'absent' },
        { projection: 'orders', document: orderDocument('mixed-5', { createdAt: 'no instant' }), expected: 'absent' },
        { projection: 'orders', document: orderDocument('mixed-6'), expected: 'absent' },
      ])
      expect(results.map(({ kind }) => kind)).toEqual([
        'written',
        'conflict',
        'rejected',
        'rejected',
        'rejected',
        'written',
      ])
      for (const result of results) if (result.kind === 'rejected') expect(result.reason).not.toMatch(/da|no instant/)
      const found = await store.get('orders', ['mixed-2', 'mixed-3', 'mixed-4', 'mixed-5', 'mixed-6'])
      expect([...found.keys()].sort()).toEqual(['mixed-2', 'mixed-6'])
      expect(found.get('mixed-2')?.document.version).toBe(1)
    })

    it('INV-9 NO-REGRESSION: of writers at once each next version is written by one, and no reader sees a version go back', async () => {
      const versions = 30
      let revision = await written({ projection: 'orders', document: orderDocument('race'), expected: 'absent' })
      let writing = true
      const readers = Array.from({ length: 4 }, async () => {
        for (let last = 0; writing; ) {
          const version = (await store.get('orders', ['race'])).get('race')?.document.version ?? 0
          expect(version).toBeGreaterThanOrEqual(last)
          last = version
        }
      })
      try {
        for (let version = 2; version <= versions; version++) {
          const attempts = await Promise.all(
            Array.from({ length: 4 }, () =>
              store.write([{ projection: 'orders', document: orderDocument('race', { version }), expected: revision }]),
            ),
          )
          const won = attempts.flat().filter((result) => result.kind === 'written')
          expect(won).toHaveLength(1)
          revision = won[0]?.revision ?? revision
        }
      } finally {
        writing = false
      }
      await Promise.all(readers)
      expect((await store.get('orders', ['race'])).get('race')?.document.version).toBe(versions)
    })

    it('takes sets that overlap, in any order, from several writers at once', async () => {
      const ids = Array.from({ length: 40 }, (_, index) => `overlap-${index}`)
      const sets = [ids, [...ids].reverse(), ids.slice(10), ids.slice(0, 30).reverse()]
      const results = await Promise.all(
        sets.map((set) =>
          store.write(set.map((id) => ({ projection: 'orders', document: orderDocument(id), expected: 'absent' }))),
        ),
      )
      expect(results.flat().filter(({ kind }) => kind === 'written')).toHaveLength(ids.length)
      expect(results.flat().filter(({ kind }) => kind === 'rejected')).toEqual([])
    })

    it("finds a customer's orders that show an older customer, page by page", async () => {
      const orders = [
        orderDocument('behind-c', { customerId: 'behind', customerVersion: 1 }),
        orderDocument('behind-a', { customerId: 'behind', customerVersion: 0 }),
        orderDocument('behind-d', { customerId: 'behind', customerVersion: 3 }),
        orderDocument('behind-b', { customerId: 'behind', customerVersion: 2 }),
        orderDocument('behind-e', { customerId: 'another', customerVersion: 0 }),
      ]
      await store.write(orders.map((document) => ({ projection: 'orders', document, expected: 'absent' })))
      await store.makeSearchable()
      expect(await store.ordersBehindCustomer('behind', 3, { limit: 2 })).toEqual(['behind-a', 'behind-b'])
      expect(await store.ordersBehindCustomer('behind', 3, { limit: 2, after: 'behind-b' })).toEqual(['behind-c'])
      expect(await store.ordersBehindCustomer('behind', 0, { limit: 2 })).toEqual([])
    })
  })
}
