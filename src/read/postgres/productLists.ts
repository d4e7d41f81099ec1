import type { Pool } from 'pg'
import type { ProductDocument } from '../../contract/documents.js'
import type { Page, SortKey } from '../orderQueries.js'
import { checkedKey } from '../orderSorts.js'
import { Parameters, termConditions, where } from './conditions.js'
import { matchingProductTerms } from './matchingTerms.js'
import { orUnavailable } from './translateErrors.js'

export async function listProducts(
  pool: Pool,
  words: readonly string[],
  page: { readonly limit: number; readonly from?: SortKey },
): Promise<Page<ProductDocument>> {
  const parameters = new Parameters()
  const [from] = page.from ? checkedKey(page.from, ['text']) : []
  const beyond = from === undefined ? [] : [`i.id > ${parameters.add(from)}`]
  const conditions = termConditions(await termsByWord(pool, words), parameters)
  const text = `
    SELECT p.document
    FROM (SELECT i.id FROM read.product_index i ${where(...beyond, ...conditions)} ORDER BY i.id LIMIT ${parameters.add(page.limit + 1)}) i
    JOIN read.products p ON p.id = i.id
    ORDER BY i.id`
  const { rows } = await orUnavailable(() => pool.query<{ document: ProductDocument }>(text, parameters.values))
  return {
    items: rows.slice(0, page.limit).map(({ document }) => ({ node: document, key: [document.id] })),
    hasMore: rows.length > page.limit,
  }
}

export async function countProducts(pool: Pool, words: readonly string[]): Promise<number> {
  const parameters = new Parameters()
  const conditions = termConditions(await termsByWord(pool, words), parameters)
  const text = `SELECT count(*)::int AS products FROM read.product_index i ${where(...conditions)}`
  const { rows } = await orUnavailable(() => pool.query<{ products: number }>(text, parameters.values))
  return rows[0]?.products ?? 0
}

async function termsByWord(pool: Pool, words: readonly string[]): Promise<readonly (readonly string[])[]> {
  if (words.length === 0) return []
  return [...(await matchingProductTerms(pool, words)).values()].map((terms) => [...terms])
}
