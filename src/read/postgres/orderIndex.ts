import type { PoolClient } from 'pg'
import type { OrderDocument } from '../../contract/documents.js'
import { orderTerms } from '../../contract/searchWords.js'
import type { ReadSchema } from './generationSchema.js'
import { addTerms, dropUnusedTerms, lockTerms } from './terms.js'

/** A row of read.order_index, by its columns. */
interface OrderIndexRow {
  readonly id: string
  readonly customer_id: string
  readonly customer_version: number
  readonly status: string
  readonly created_at: string
  readonly updated_at: string
  readonly currency: string
  readonly total_minor: number
  readonly region: string
  readonly skus: readonly string[]
  readonly sku_totals_minor: readonly number[]
  readonly terms: readonly string[]
}

const COLUMNS = `
  id text, customer_id text, customer_version integer, status text, created_at timestamptz, updated_at timestamptz, currency text,
  total_minor bigint, region text, skus text[], sku_totals_minor bigint[], terms text[]`

/**
 * The terms that an order has now and had not before, and the other way round. `previous` is read before the write in the same statement;
 * nobody can come between, because the caller holds the lock of each order's document.
 */
function writeStatement(schema: ReadSchema): string {
  return `
  WITH item AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1::jsonb) AS item (${COLUMNS})),
  previous AS MATERIALIZED (SELECT i.id, i.terms FROM ${schema}.order_index i WHERE i.id IN (SELECT id FROM item)),
  written AS (
    INSERT INTO ${schema}.order_index SELECT * FROM item ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
      customer_id = EXCLUDED.customer_id, customer_version = EXCLUDED.customer_version, status = EXCLUDED.status,
      created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at, currency = EXCLUDED.currency,
      total_minor = EXCLUDED.total_minor, region = EXCLUDED.region, skus = EXCLUDED.skus,
      sku_totals_minor = EXCLUDED.sku_totals_minor, terms = EXCLUDED.terms
  )
  SELECT
    ARRAY(SELECT unnest(item.terms) EXCEPT SELECT unnest(previous.terms)) AS added,
    ARRAY(SELECT unnest(previous.terms) EXCEPT SELECT unnest(item.terms)) AS removed
  FROM item LEFT JOIN previous USING (id)
  WHERE item.terms IS DISTINCT FROM previous.terms`
}

/** Keeps what lists, search and statistics ask in step with the documents just written in this transaction. Throws pg's errors. */
export async function writeOrderIndex(
  client: PoolClient,
  schema: ReadSchema,
  orders: readonly OrderDocument[],
): Promise<void> {
  if (orders.length === 0) return
  const { rows } = await client.query<{ added: string[]; removed: string[] }>({
    name: `write-order-index ${schema}`,
    text: writeStatement(schema),
    values: [JSON.stringify(orders.map(orderIndexRow))],
  })
  const added = new Set(rows.flatMap((row) => row.added))
  const removed = new Set(rows.flatMap((row) => row.removed))
  if (added.size === 0 && removed.size === 0) return
  await lockTerms(client, removed.size > 0 ? 'to-remove' : 'to-add')
  await addTerms(client, schema, 'order_terms', added)
  await dropUnusedTerms(client, schema, removed)
}

function orderIndexRow(order: OrderDocument): OrderIndexRow {
  const skuTotals = new Map<string, number>()
  for (const { sku, lineTotalMinor } of order.items) skuTotals.set(sku, (skuTotals.get(sku) ?? 0) + lineTotalMinor)
  return {
    id: order.id,
    customer_id: order.customerId,
    customer_version: order.customerVersion,
    status: order.status,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    currency: order.currency,
    total_minor: order.totalMinor,
    region: order.region,
    skus: [...skuTotals.keys()],
    sku_totals_minor: [...skuTotals.values()],
    terms: orderTerms(order),
  }
}
