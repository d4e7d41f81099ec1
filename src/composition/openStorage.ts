import { resolve } from 'node:path'
import type { Config } from '../config.js'
import { startEmbeddedPostgres } from '../embeddedPostgres/index.js'
import { keptSecrets } from '../keptSecrets.js'
import { logIsEmpty } from '../write/index.js'
import type { Assembly, OnLost } from './assembly.js'

/** The database of the log, with the secrets that go with it. */
export interface Storage {
  readonly databaseUrl: string
  readonly tokenSecrets: readonly string[]
  readonly personalDataKeys: readonly string[]
}

/** The one given, or the embedded server, which ends with `starting`. */
export async function openStorage({ config, logger, starting }: Assembly, onLost: OnLost): Promise<Storage> {
  if (config.database.kind === 'external') {
    return {
      databaseUrl: config.database.url,
      tokenSecrets: required(config, 'tokenSecrets'),
      personalDataKeys: required(config, 'personalDataKeys'),
    }
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

/** Of a part in a process of its own, which has no database to itself. */
export function sharedDatabaseUrl({ database }: Config): string {
  if (database.kind === 'external') return database.url
  throw new Error('Expected parseConfig to have asked for DATABASE_URL.')
}

/** parseConfig has seen to it that it is there. */
export function required<Name extends keyof Config>(config: Config, name: Name): NonNullable<Config[Name]> {
  const value = config[name]
  if (value === undefined || value === null) throw new Error(`Expected parseConfig to have asked for ${name}.`)
  return value
}
