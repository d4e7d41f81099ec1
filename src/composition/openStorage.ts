import { resolve } from 'node:path'
import { startEmbeddedPostgres } from '../embeddedPostgres/index.js'
import { keptSecrets } from '../keptSecrets.js'
import { logIsEmpty } from '../write/index.js'
import type { Assembly, OnLost } from './assembly.js'

export interface Storage {
  readonly databaseUrl: string
  readonly tokenSecrets: readonly string[]
  readonly personalDataKeys: readonly string[]
}

/** The database of the log with the secrets that go with it: the one given, or the embedded server, which ends with `starting`. */
export async function openStorage({ config, logger, starting }: Assembly, onLost: OnLost): Promise<Storage> {
  if (config.database.kind === 'external') {
    const { tokenSecrets, personalDataKeys } = config
    if (!tokenSecrets || !personalDataKeys)
      throw new Error('Expected the environment to be checked before: an external database needs secrets.')
    return { databaseUrl: config.database.url, tokenSecrets, personalDataKeys }
  }
  const dataDir = resolve(config.dataDir)
  const postgres = await startEmbeddedPostgres({ dataDir, logger: logger.child({ part: 'postgres' }), onLost })
  starting.defer(() => postgres.stop())
  const { tokenSecrets, personalDataKeys } = config
  if (tokenSecrets && personalDataKeys) return { databaseUrl: postgres.url, tokenSecrets, personalDataKeys }
  // After the database is ours: two starts at once would each make secrets.
  const kept = await keptSecrets(dataDir, () => logIsEmpty(postgres.url))
  return {
    databaseUrl: postgres.url,
    tokenSecrets: tokenSecrets ?? kept.tokenSecrets,
    personalDataKeys: personalDataKeys ?? kept.personalDataKeys,
  }
}
