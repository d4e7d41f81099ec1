import { Client, DatabaseError } from 'pg'
import { mayPass } from '../../contract/sqlState.js'
import { LogUnavailable } from './eventStore.js'

const CONNECT_TIMEOUT_MS = 5_000

/**
 * Whether this database holds an event log; for those who look after one and must not make one by looking. Throws LogUnavailable (retriable) where
 * the server does not answer, and pg's errors.
 */
export async function logIsThere(databaseUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  // A connection that breaks fails the statement under way, which is where it is reported.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ there: boolean }>("SELECT to_regclass('installation') IS NOT NULL AS there")
    return rows[0]?.there ?? false
  } catch (cause) {
    if (cause instanceof DatabaseError && !mayPass(cause.code ?? '')) throw cause
    throw new LogUnavailable(`The database at ${client.host}:${client.port} does not answer.`, { cause })
  } finally {
    await client.end()
  }
}
