import type { PoolClient } from 'pg'
import { type Documents, PROJECTION_NAMES, type ProjectionName } from '../../contract/documents.js'
import type { DocumentWrite, DocumentWriteResult, Revision } from '../documentStore.js'
import type { ReadSchema } from './generationSchema.js'
import { writeOrderIndex } from './orderIndex.js'
import { writeProductIndex } from './productIndex.js'

/** In every generation's schema. */
export const DOCUMENT_TABLES: Readonly<Record<ProjectionName, string>> = {
  orders: 'orders',
  orderTimelines: 'order_timelines',
  customers: 'customers',
  products: 'products',
}

/**
 * Writes the items whose expected revision is the stored one (null: no row) and returns their ids.
 *
 * The look before the insert keeps a row from being made where the caller expects one; the condition of the update compares with the newest
 * committed row, which the look, in this statement's snapshot, may not see. Sorted by id, so that two writers take their locks in one order.
 */
function upsert(table: string): string {
  return `
    INSERT INTO ${table} AS stored (id, revision, document)
    SELECT item.document ->> 'id', COALESCE(item.expected, 0) + 1, item.document
    FROM jsonb_to_recordset($1::jsonb) AS item (expected bigint, document jsonb)
    LEFT JOIN ${table} AS present ON present.id = item.document ->> 'id'
    WHERE present.revision IS NOT DISTINCT FROM item.expected
    ORDER BY 1
    ON CONFLICT (id) DO UPDATE SET revision = EXCLUDED.revision, document = EXCLUDED.document
      WHERE stored.revision = EXCLUDED.revision - 1
    RETURNING stored.id`
}

/** Writes documents and what is searched of them into the tables of `schema`, in the caller's transaction. Results in the order of `writes`. Throws pg's errors. */
export async function writeDocuments(
  client: PoolClient,
  schema: ReadSchema,
  writes: readonly DocumentWrite[],
): Promise<readonly DocumentWriteResult[]> {
  const written = new Map<ProjectionName, ReadonlySet<string>>()
  // One order of tables for all writers, against deadlocks.
  for (const projection of PROJECTION_NAMES) {
    const items = writes.filter((write) => write.projection === projection)
    if (items.length > 0) written.set(projection, await writeTable(client, schema, projection, items))
  }
  const isWritten = ({ projection, document }: DocumentWrite) => written.get(projection)?.has(document.id) ?? false
  await writeOrderIndex(client, schema, documentsOf('orders', writes.filter(isWritten)))
  await writeProductIndex(client, schema, documentsOf('products', writes.filter(isWritten)))
  return writes.map((write) =>
    isWritten(write) ? { kind: 'written', revision: nextRevision(write.expected) } : { kind: 'conflict' },
  )
}

async function writeTable(
  client: PoolClient,
  schema: ReadSchema,
  projection: ProjectionName,
  writes: readonly DocumentWrite[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ id: string }>({
    name: `write-${projection} ${schema}`,
    text: upsert(`${schema}.${DOCUMENT_TABLES[projection]}`),
    values: [
      JSON.stringify(writes.map(({ document, expected }) => ({ expected: revisionNumber(expected), document }))),
    ],
  })
  return new Set(rows.map(({ id }) => id))
}

function documentsOf<Name extends ProjectionName>(
  projection: Name,
  writes: readonly DocumentWrite[],
): readonly Documents[Name][] {
  return writes
    .filter((write): write is Extract<DocumentWrite, { projection: Name }> => write.projection === projection)
    .map(({ document }) => document as Documents[Name])
}

function revisionNumber(expected: Revision | 'absent'): number | null {
  return expected === 'absent' ? null : Number(expected)
}

function nextRevision(expected: Revision | 'absent'): Revision {
  return String((revisionNumber(expected) ?? 0) + 1) as Revision
}
