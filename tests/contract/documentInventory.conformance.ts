import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentWrite } from '../../src/read/documentStore.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { productDocument } from '../support/sampleDocuments.js'

/** More than a page. */
const PRODUCTS = 2_300

/** What every inventory of documents does. open: an empty read store. */
export function describeDocumentInventory(
  name: string,
  open: () => Promise<{ readonly readStore: ReadStore; close(): Promise<void> }>,
): void {
  describe(`${name} as an inventory of documents`, () => {
    let opened: Awaited<ReturnType<typeof open>>
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close())

    it('gives the ids of all documents of a projection, page by page, and of no other', async () => {
      const { documents, inventory } = opened.readStore
      const ids = Array.from({ length: PRODUCTS }, (_, n) => `SKU-${n}`)
      const writes = ids.map(
        (id): DocumentWrite => ({ projection: 'products', document: productDocument(id), expected: 'absent' }),
      )
      await documents.write(writes)
      await documents.makeSearchable()
      const pages: (readonly string[])[] = []
      for await (const page of inventory.ids('products')) pages.push(page)
      expect(pages.length).toBeGreaterThan(1)
      expect(pages.flat().sort()).toEqual(ids.sort())
      for await (const page of inventory.ids('orders')) expect(page).toEqual([])
    })

    it('may be left in the middle', async () => {
      for await (const page of opened.readStore.inventory.ids('products')) {
        expect(page.length).toBeGreaterThan(0)
        break
      }
    })
  })
}
