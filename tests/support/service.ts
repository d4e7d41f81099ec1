import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { startService } from '../../src/compose.js'
import { type Config, parseConfig } from '../../src/config.js'
import { type Client, connectClient } from './client.js'
import { createTestDatabase } from './postgres.js'

export interface ServiceUnderTest {
  readonly url: string
  readonly databaseUrl: string
  readonly config: Config
  readonly client: Client
  stop(): Promise<void>
}

/** The whole service, composed as `npm start` does it, on a database of its own and any free port; every part in this process. */
export async function startServiceUnderTest(env: Readonly<Record<string, string>> = {}): Promise<ServiceUnderTest> {
  const database = await createTestDatabase()
  const service = await startServiceOn(database.url, env)
  return {
    ...service,
    stop: async () => {
      await service.stop()
      await database.drop()
    },
  }
}

/** The same on a database that outlives it. Rejects with what the start is refused for. */
export async function startServiceOn(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceUnderTest> {
  const config = parseConfig({
    PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL: databaseUrl,
    TOKEN_SECRET: randomBytes(32).toString('hex'),
    PERSONAL_DATA_KEY: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'warn',
    ...env,
  })
  const service = await startService(config, pino({ level: config.logLevel }), new AbortController().signal)
  const client = connectClient(service.url)
  return {
    url: service.url,
    databaseUrl,
    config,
    client,
    stop: async () => {
      await client.close()
      await service.stop()
    },
  }
}
