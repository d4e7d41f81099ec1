import type { DocumentStore } from '../../../src/read/documentStore.js'
import { orderDocument } from '../../support/sampleDocuments.js'

const ORDERS_PER_WRITE = 500
const LINES = 4

/** An order as a shop has them, some 1.5 kB. */
export function shopOrder(id: string, version = 1) {
  const [item] = orderDocument(id).items
  return orderDocument(id, { version, items: Array.from({ length: LINES }, () => ({ ...item, ...LINE })) })
}

const LINE = {
  sku: 'FUR-CH-10000454',
  productName: 'Hon Deluxe Fabric Upholstered Stacking Chairs, Rounded Back',
  unitPriceMinor: 24_398,
  quantity: 3,
  lineTotalMinor: 73_194,
}

/** Writes that many orders and returns their ids. */
export async function fillWithOrders(store: DocumentStore, orders: number): Promise<readonly string[]> {
  const ids = Array.from({ length: orders }, (_, index) => `order-${index + 1}`)
  for (let from = 0; from < ids.length; from += ORDERS_PER_WRITE) {
    const some = ids.slice(from, from + ORDERS_PER_WRITE)
    await store.write(some.map((id) => ({ projection: 'orders', document: shopOrder(id), expected: 'absent' })))
  }
  return ids
}
