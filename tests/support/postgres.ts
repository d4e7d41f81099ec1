import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'
import { startThrowAwayServer, type ThrowAwayServer } from './throwAwayServer.js'

export interface TestDatabase {
  readonly url: string
  /** Ends every session that is still open on it. */
  drop(): Promise<void>
}

/**
 * A new, empty database, for one test file: files run in parallel and must not see each other.
 * serverUrl: of any database on the server, with the right to create databases. Default: the run's shared server.
 */
export async function createTestDatabase(serverUrl: string = inject('postgresUrl')): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await runOn(serverUrl, `CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () => runOn(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

/**
 * A server for one test file alone. For tests that hold a transaction open: the horizon of the event log is the oldest transaction
 * of the whole cluster, so on the shared server they would stop the readers of every other file.
 */
export function startPrivateServer(): Promise<ThrowAwayServer> {
  return startThrowAwayServer()
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
