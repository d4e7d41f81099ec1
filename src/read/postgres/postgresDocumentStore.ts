import type { Pool, PoolClient } from 'pg'
import type { Documents, ProjectionName } from '../../contract/documents.js'
import type { DocumentStore, DocumentWrite, DocumentWriteResult, Revision, StoredDocument } from '../documentStore.js'
import { isStorableText } from '../storableText.js'
import { CURRENT_SCHEMA, type ReadSchema } from './generationSchema.js'
import { inTransaction } from './transaction.js'
import { orUnavailable, PostgresFault } from './translateErrors.js'
import { DOCUMENT_TABLES, writeDocuments } from './writeDocuments.js'

export class PostgresDocumentStore implements DocumentStore {
  readonly #reads: Pool
  readonly #writes: Pool
  readonly #schema: ReadSchema

  constructor(pools: { readonly documents: Pool; readonly writes: Pool }, schema: ReadSchema = CURRENT_SCHEMA) {
    this.#reads = pools.documents
    this.#writes = pools.writes
    this.#schema = schema
  }

  async get<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, StoredDocument<Documents[Name]>>> {
    if (ids.length === 0) return new Map()
    const { rows } = await orUnavailable(() =>
      this.#reads.query<{ id: string; revision: string; document: Documents[Name] }>({
        name: `get-${projection} ${this.#schema}`,
        text: `SELECT id, revision, document FROM ${this.#schema}.${DOCUMENT_TABLES[projection]} WHERE id = ANY($1)`,
        values: [ids.filter(isStorableText)],
      }),
    )
    return new Map(rows.map(({ id, revision, document }) => [id, { document, revision: revision as Revision }]))
  }

  async write(writes: readonly DocumentWrite[]): Promise<readonly DocumentWriteResult[]> {
    if (writes.length === 0) return []
    try {
      return await orUnavailable(() =>
        inTransaction(this.#writes, (client) => writeDocuments(client, this.#schema, writes)),
      )
    } catch (error) {
      if (!(error instanceof PostgresFault && error.rejectsValues)) throw error
      return await orUnavailable(() =>
        inTransaction(this.#writes, (client) => writeOneByOne(client, this.#schema, writes)),
      )
    }
  }

  /** What is committed is searchable. */
  makeSearchable(): Promise<void> {
    return Promise.resolve()
  }

  async ordersBehindCustomer(
    customerId: string,
    customerVersion: number,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<readonly string[]> {
    const { rows } = await orUnavailable(() =>
      this.#reads.query<{ id: string }>({
        name: `orders-behind-customer ${this.#schema}`,
        text: `
          SELECT id FROM ${this.#schema}.order_index
          WHERE customer_id = $1 AND customer_version < $2 AND id > $3
          ORDER BY id LIMIT $4`,
        values: [customerId, customerVersion, page.after ?? '', page.limit],
      }),
    )
    return rows.map(({ id }) => id)
  }
}

/** Where some document of a set can't be stored: finds out which, and writes the others. Still one transaction. */
async function writeOneByOne(
  client: PoolClient,
  schema: ReadSchema,
  writes: readonly DocumentWrite[],
): Promise<readonly DocumentWriteResult[]> {
  const results: DocumentWriteResult[] = []
  for (const write of writes) {
    await client.query('SAVEPOINT one_document')
    try {
      results.push(...(await orUnavailable(() => writeDocuments(client, schema, [write]))))
    } catch (error) {
      if (!(error instanceof PostgresFault && error.rejectsValues)) throw error
      await client.query('ROLLBACK TO SAVEPOINT one_document')
      results.push({ kind: 'rejected', reason: `PostgreSQL can't store it (SQLSTATE ${error.sqlState})` })
    }
  }
  return results
}
