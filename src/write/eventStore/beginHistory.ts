import { Client } from 'pg'
import type { Logger } from 'pino'
import { BEGIN_HISTORY, migrateEventLog } from './migrate.js'

/** The log is in use, so that it can't have been restored just now: whoever works on would write into the era of before. */
export class LogInUse extends Error {
  override readonly name = 'LogInUse'
}

/** By the name that every process of the service gives its connections. */
const CONNECTED = `
  SELECT application_name AS purpose, count(*)::int AS connections FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE 'order-gateway %' GROUP BY 1 ORDER BY 1`

/**
 * Says that this log was restored to an earlier state where nothing else shows it: a copy of the server's files goes on counting transactions, and
 * a dump in the server that it comes from meets no lower ones, so that a start takes either for the log of before. Returns the new era. Throws LogInUse, MigrationFailed and pg's errors.
 */
export async function beginHistory(databaseUrl: string, logger: Logger): Promise<number> {
  const client = new Client({ connectionString: databaseUrl })
  // A connection that breaks fails the statement under way, which is where it is reported.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await requireNobody(client)
    // The backup may be of an earlier release.
    await migrateEventLog(databaseUrl, logger)
    const { rows } = await client.query<{ era: number }>(`${BEGIN_HISTORY} RETURNING era`)
    if (!rows[0]) throw new Error('Expected the one row of the table installation, found none.')
    return rows[0].era
  } finally {
    await client.end()
  }
}

async function requireNobody(client: Client): Promise<void> {
  const { rows } = await client.query<{ purpose: string; connections: number }>(CONNECTED)
  if (rows.length === 0) return
  const found = rows.map(({ purpose, connections }) => `${connections} of "${purpose}"`).join(', ')
  throw new LogInUse(
    `Expected no process of the service at this database, found connections (${found}): stop every process, look that DATABASE_URL is of the restored log, and say this again.`,
  )
}
