import { randomBytes } from 'node:crypto'
import type { PartName } from './part.js'
import type { Stack } from './startStack.js'

export const VARIABLES: Record<PartName, string> = {
  postgres: 'DATABASE_URL',
  kafka: 'KAFKA_BROKERS',
  elasticsearch: 'ELASTICSEARCH_URL',
  redis: 'REDIS_URL',
}

/** What the service's processes need to run on this stack, with secrets that are as short-lived as its data. */
export function serviceEnvironment({ parts }: Pick<Stack, 'parts'>): Record<string, string> {
  const addresses = Object.values(parts).map((part) => [VARIABLES[part.name], part.address])
  return {
    ...Object.fromEntries(addresses),
    TOKEN_SECRET: randomBytes(32).toString('hex'),
    PERSONAL_DATA_KEY: randomBytes(32).toString('hex'),
  }
}

/**
 * One `NAME=value` a line, for `node --env-file`, for `set -a; . file`, and to paste after `export`. No value here needs quotes: letters,
 * digits and `:/@.-_` only.
 */
export function environmentText(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
