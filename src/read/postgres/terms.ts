import type { PoolClient } from 'pg'
import type { ReadSchema } from './generationSchema.js'
import { lock, lockShared } from './locks.js'
/** The two tables of distinct terms. */
export type TermTable = 'order_terms' | 'product_terms'

/**
 * Keeps adding and removing terms apart until the transaction ends: any number may add, one may remove.
 *
 * Without it a term could be lost: one transaction writes an order with it and finds the term there; another, which can't see that order yet,
 * removes the term for want of orders. To be called after the orders are written and before their terms are: then a remover's next statement
 * sees the orders of all who added before it, and who comes after it adds again. A lock per term would do as well but costs each writer a
 * write for each of some thousand terms.
 */
export async function lockTerms(client: PoolClient, purpose: 'to-add' | 'to-remove'): Promise<void> {
  if (purpose === 'to-remove') await lock(client, 'orderTerms')
  else await lockShared(client, 'orderTerms')
}

/** In one order for all writers, or two that add the same terms at once would wait for each other. */
export async function addTerms(
  client: PoolClient,
  schema: ReadSchema,
  table: TermTable,
  terms: ReadonlySet<string>,
): Promise<void> {
  if (terms.size === 0) return
  await client.query({
    name: `add-${table} ${schema}`,
    text: `INSERT INTO ${schema}.${table} (term) SELECT DISTINCT term FROM unnest($1::text[]) term ORDER BY term ON CONFLICT DO NOTHING`,
    values: [[...terms]],
  })
}

/**
 * Removes those that no order has any more. They may be a forgotten customer's name, so that leaving them for later is no choice.
 */
export async function dropUnusedTerms(
  client: PoolClient,
  schema: ReadSchema,
  terms: ReadonlySet<string>,
): Promise<void> {
  if (terms.size === 0) return
  await client.query({
    name: `drop-unused-order-terms ${schema}`,
    text: `
      DELETE FROM ${schema}.order_terms t
      WHERE t.term = ANY($1) AND NOT EXISTS (SELECT 1 FROM ${schema}.order_index i WHERE i.terms @> ARRAY[t.term])`,
    values: [[...terms]],
  })
}
