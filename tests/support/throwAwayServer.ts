import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutOf } from '../../src/embeddedPostgres/layout.js'
import { readPostmasterRecord } from '../../src/embeddedPostgres/postmasterRecord.js'
import { stopServer } from '../../src/embeddedPostgres/stopServer.js'
import { startPostgres } from './stack/postgresPart.js'

/** Every folder a test run makes lies here, named after the process that made it. One per user: another's could not be cleaned. */
export const TEST_FOLDERS = join(tmpdir(), `order-gateway-tests-${process.getuid?.() ?? 'user'}`)

export interface ThrowAwayServer {
  /** Of the database `postgres`, as superuser. */
  readonly url: string
  databaseUrl(name: string): string
  readonly pid: number
  /** Ends the server and deletes its data. */
  stop(): Promise<void>
}

/** An empty folder that the next run deletes if this one cannot. */
export async function makeTestFolder(): Promise<string> {
  await mkdir(TEST_FOLDERS, { recursive: true, mode: 0o700 })
  return mkdtemp(join(TEST_FOLDERS, `${process.pid}-`))
}

/** Ends the server that may run on a data directory, then deletes the folder. */
export async function discardDataDir(dataDir: string): Promise<void> {
  const { cluster } = layoutOf(dataDir)
  const record = await readPostmasterRecord(cluster)
  if (record !== undefined) await stopServer(record.pid, cluster)
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
}

/** A real server without durability and with room for many connections. It ends with this process, whatever ends it. */
export async function startThrowAwayServer(): Promise<ThrowAwayServer> {
  const dataDir = await makeTestFolder()
  const server = await startPostgres(dataDir, 'test')
  const databaseUrl = (name: string): string => Object.assign(new URL(server.address), { pathname: `/${name}` }).href
  return {
    url: databaseUrl('postgres'),
    databaseUrl,
    pid: server.pid,
    async stop() {
      await server.stop()
      await discardDataDir(dataDir)
    },
  }
}

/** What killed runs left: their servers go on running, and their data would stay for ever. */
export async function discardLeftovers(): Promise<void> {
  await mkdir(TEST_FOLDERS, { recursive: true, mode: 0o700 })
  for (const name of await readdir(TEST_FOLDERS)) {
    const pid = Number.parseInt(name, 10)
    if (pid !== process.pid && isAlive(pid)) continue
    await discardDataDir(join(TEST_FOLDERS, name))
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    // Gone; another user's process cannot have made a folder here.
    return false
  }
}
