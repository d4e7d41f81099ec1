import { Client } from 'pg'
import type { Logger } from 'pino'
import type { DocumentWrite } from '../../../src/read/documentStore.js'
import { openPostgresReadStore } from '../../../src/read/postgres/openPostgresReadStore.js'
import { DOCUMENT_TABLES } from '../../../src/read/postgres/writeDocuments.js'

/** Seconds that the read store takes for the same writes in the same batches, and nothing else: no log, no folds, no announcements. */
export async function upsertThroughStore(
  databaseUrl: string,
  batches: readonly (readonly DocumentWrite[])[],
  logger: Logger,
): Promise<number> {
  const readStore = await openPostgresReadStore({ databaseUrl, logger })
  try {
    const startedAt = performance.now()
    for (const batch of batches) await readStore.documents.write(batch)
    return (performance.now() - startedAt) / 1_000
  } finally {
    await readStore.close()
  }
}

/** Seconds for the documents alone, one transaction a batch: no compare-and-set, and nothing written that lists and search need. */
export async function upsertDocumentsAlone(
  databaseUrl: string,
  batches: readonly (readonly DocumentWrite[])[],
  logger: Logger,
): Promise<number> {
  const readStore = await openPostgresReadStore({ databaseUrl, logger })
  await readStore.close()
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const startedAt = performance.now()
    for (const batch of batches) {
      await client.query('BEGIN')
      for (const [projection, writes] of Map.groupBy(batch, (write) => write.projection)) {
        await client.query({
          name: `upsert-${projection}`,
          text: `INSERT INTO read_1.${DOCUMENT_TABLES[projection]} (id, revision, document)
                 SELECT each ->> 'id', 1, each FROM jsonb_array_elements($1::jsonb) each
                 ON CONFLICT (id) DO UPDATE SET document = EXCLUDED.document`,
          values: [JSON.stringify(writes.map(({ document }) => document))],
        })
      }
      await client.query('COMMIT')
    }
    return (performance.now() - startedAt) / 1_000
  } finally {
    await client.end()
  }
}
