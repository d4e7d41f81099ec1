import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Config } from '../../src/config.js'

export const ADMIN_PROGRAM = fileURLToPath(new URL('../../dist/src/admin/main.js', import.meta.url))

export interface AdminAnswer {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The built `npm run admin -- <args>`, as a process of its own. */
export async function runAdmin(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<AdminAnswer> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [ADMIN_PROGRAM, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [[code], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
  return { code: code as number | null, stdout, stderr }
}

/** What the variables have to be for an admin command to find the stores of a service under test. */
export function environmentOf({ database, kafka, elasticsearch, redis, ...config }: Config): Record<string, string> {
  if (database.kind === 'embedded') throw new Error('Expected a service on a database of the tests.')
  return {
    DATABASE_URL: database.url,
    TOKEN_SECRET: config.tokenSecrets?.join() ?? '',
    PERSONAL_DATA_KEY: config.personalDataKeys?.join() ?? '',
    ...(kafka && { KAFKA_BROKERS: kafka.brokers.join(), KAFKA_PREFIX: kafka.prefix }),
    ...(elasticsearch && { ELASTICSEARCH_URL: elasticsearch.url, ELASTICSEARCH_PREFIX: elasticsearch.prefix }),
    ...(redis && { REDIS_URL: redis.url, REDIS_PREFIX: redis.prefix }),
  }
}
