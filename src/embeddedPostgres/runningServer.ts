import { setTimeout as delay } from 'node:timers/promises'
import { EmbeddedPostgresUnavailable } from './errors.js'
import { layoutOf } from './layout.js'
import { readPassword } from './password.js'
import { holderOf, readPostmasterRecord } from './postmasterRecord.js'
import { DATABASE, urlOf } from './serverUrl.js'

const POLL_INTERVAL_MS = 50
/** A server that is on its way up or down has one of the two behind it by then, or recovers from a crash. */
const SETTLE_TIMEOUT_MS = 20_000

/**
 * The address of the database on a server that another process runs on this data directory, for a visitor beside it; undefined where none runs.
 * Nothing is taken over: the server ends when its owner says so. Throws EmbeddedPostgresUnavailable where there is no cluster, or its password is gone.
 */
export async function runningServerUrl(dataDir: string): Promise<string | undefined> {
  const layout = layoutOf(dataDir)
  const password = await readPassword(layout)
  if (password === undefined) {
    throw new EmbeddedPostgresUnavailable(
      `${layout.dataDir} holds no installation: set DATA_DIR to the folder of one, or DATABASE_URL to its database, or start the service once.`,
    )
  }
  const giveUpAt = performance.now() + SETTLE_TIMEOUT_MS
  for (;;) {
    const record = await readPostmasterRecord(layout.cluster)
    if (!record || (await holderOf(record.pid, layout.cluster)) !== 'server') return undefined
    if (record.ready) return urlOf(record.port, password, DATABASE)
    if (performance.now() > giveUpAt) {
      throw new EmbeddedPostgresUnavailable(
        `PostgreSQL in ${layout.cluster} is starting or stopping for ${SETTLE_TIMEOUT_MS / 1_000} s: it may be recovering; ask again.`,
      )
    }
    await delay(POLL_INTERVAL_MS)
  }
}
