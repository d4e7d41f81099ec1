import type { Pool } from 'pg'
import type { ProjectionName } from '../../contract/documents.js'
import type { DocumentInventory } from '../documentInventory.js'
import { CURRENT_SCHEMA, type ReadSchema } from './generationSchema.js'
import { orUnavailable } from './translateErrors.js'
import { DOCUMENT_TABLES } from './writeDocuments.js'

const IDS_PER_PAGE = 1_000

export class PostgresDocumentInventory implements DocumentInventory {
  readonly #pool: Pool
  readonly #schema: ReadSchema

  constructor(pool: Pool, schema: ReadSchema = CURRENT_SCHEMA) {
    this.#pool = pool
    this.#schema = schema
  }

  async *ids(projection: ProjectionName): AsyncGenerator<readonly string[], void, undefined> {
    for (let after = ''; ; ) {
      const values = [after, IDS_PER_PAGE]
      const { rows } = await orUnavailable(() =>
        this.#pool.query<{ id: string }>(
          `SELECT id FROM ${this.#schema}.${DOCUMENT_TABLES[projection]} WHERE id > $1 ORDER BY id LIMIT $2`,
          values,
        ),
      )
      const last = rows.at(-1)
      if (!last) return
      yield rows.map(({ id }) => id)
      after = last.id
    }
  }
}
