import type { PoolClient } from 'pg'
import type { ProductDocument } from '../../contract/documents.js'
import { productTerms } from '../../contract/searchWords.js'
import type { ReadSchema } from './generationSchema.js'
import { addTerms } from './terms.js'

function writeStatement(schema: ReadSchema): string {
  return `
  INSERT INTO ${schema}.product_index AS stored
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS item (id text, terms text[]) ORDER BY id
  ON CONFLICT (id) DO UPDATE SET terms = EXCLUDED.terms WHERE stored.terms <> EXCLUDED.terms
  RETURNING terms`
}

/** Keeps what the catalogue's search asks in step with the documents just written in this transaction. Throws pg's errors. */
export async function writeProductIndex(
  client: PoolClient,
  schema: ReadSchema,
  products: readonly ProductDocument[],
): Promise<void> {
  if (products.length === 0) return
  const { rows } = await client.query<{ terms: string[] }>({
    name: `write-product-index ${schema}`,
    text: writeStatement(schema),
    values: [JSON.stringify(products.map((product) => ({ id: product.id, terms: productTerms(product) })))],
  })
  // Terms are never removed: no personal data, and a product keeps its sku and its name.
  await addTerms(client, schema, 'product_terms', new Set(rows.flatMap(({ terms }) => terms)))
}
