import { Client } from 'pg'
import type { Logger } from 'pino'
import { BEGIN_HISTORY, migrateEventLog } from './migrate.js'

/**
 * Says that this log was restored to an earlier state where nothing else shows it: a copy of the server's files goes on counting transactions, and
 * a dump in the server that it comes from meets no lower ones, so that a start takes either for the log of before. Returns the new era. Throws MigrationFailed and pg's errors.
 */
export async function beginHistory(databaseUrl: string, logger: Logger): Promise<number> {
  // The backup may be of an earlier release.
  await migrateEventLog(databaseUrl, logger)
  const client = new Client({ connectionString: databaseUrl })
  // A connection that breaks fails the statement under way, which is where it is reported.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ era: number }>(`${BEGIN_HISTORY} RETURNING era`)
    if (!rows[0]) throw new Error('Expected the one row of the table installation, found none.')
    return rows[0].era
  } finally {
    await client.end()
  }
}
