import type { OrderDocument } from '../../contract/documents.js'
import { orderTerms } from '../../contract/searchWords.js'
import { type AmountParts, amountParts } from './queries/exactSums.js'

/** An order as its index holds it: the document, and beside it what lists, search and statistics ask. */
export interface OrderSource {
  readonly id: string
  readonly customerId: string
  readonly customerVersion: number
  readonly status: string
  readonly createdAt: string
  /** The same again, to sort by and never to filter by: see the mapping. */
  readonly createdAtSort: string
  readonly updatedAt: string
  readonly currency: string
  readonly totalMinor: number
  readonly total: AmountParts
  readonly region: string
  readonly skus: readonly string[]
  /** One for each sku. */
  readonly lines: readonly { readonly sku: string; readonly currency: string; readonly total: AmountParts }[]
  readonly terms: readonly string[]
  readonly document: OrderDocument
}

export function toSource(order: OrderDocument): OrderSource {
  const { id, customerId, customerVersion, status, createdAt, updatedAt, currency, totalMinor, region } = order
  const skuTotals = new Map<string, number>()
  for (const { sku, lineTotalMinor } of order.items) skuTotals.set(sku, (skuTotals.get(sku) ?? 0) + lineTotalMinor)
  return {
    id,
    customerId,
    customerVersion,
    status,
    createdAt,
    createdAtSort: createdAt,
    updatedAt,
    currency,
    totalMinor,
    total: amountParts(totalMinor),
    region,
    skus: [...skuTotals.keys()],
    lines: [...skuTotals].map(([sku, amount]) => ({ sku, currency, total: amountParts(amount) })),
    terms: orderTerms(order),
    document: order,
  }
}

export function fromSource({ document }: Pick<OrderSource, 'document'>): OrderDocument {
  return document
}
