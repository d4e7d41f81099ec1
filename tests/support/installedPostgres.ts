import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { pino } from 'pino'
import { type Account, serverAccount } from '../../src/embeddedPostgres/account.js'
import { layoutOf } from '../../src/embeddedPostgres/layout.js'
import { readyServer } from '../../src/embeddedPostgres/postmaster.js'
import { THROW_AWAY_SETTINGS } from '../../src/embeddedPostgres/settings.js'
import { clusterArgument, serverSpawnOptions } from '../../src/embeddedPostgres/spawnOptions.js'
import { stopServer } from '../../src/embeddedPostgres/stopServer.js'
import { discardDataDir, makeTestFolder, TEST_FOLDERS } from './throwAwayServer.js'

const run = promisify(execFile)
const logger = pino({ level: 'silent' })
const DATABASE = 'order_gateway'

/** Where packages of distributions put whole installations. */
const HOMES = ['/usr/lib/postgresql', '/usr/local/lib/postgresql', '/opt/homebrew/opt']
const PROGRAMS = ['initdb', 'postgres', 'pg_dump', 'pg_restore', 'pg_basebackup'] as const

/** A server of an installation, thrown away with its data when it is stopped. */
export interface InstalledServer {
  /** Of its one database, as superuser. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * A PostgreSQL that is installed on this machine, server and tools of one version: the embedded one comes without the tools that operators make
 * backups with.
 */
export class InstalledPostgres {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** The newest; undefined where there is none. Debian's package is called `postgresql`. */
  static async find(): Promise<InstalledPostgres | undefined> {
    const folders = await Promise.all(HOMES.filter(existsSync).map(binariesBelow))
    const complete = folders.flat().filter((folder) => PROGRAMS.every((program) => existsSync(join(folder, program))))
    const newest = complete.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
    return newest === undefined ? undefined : new InstalledPostgres(newest)
  }

  /** Runs one of its tools to its end. */
  async tool(program: (typeof PROGRAMS)[number], ...args: readonly string[]): Promise<void> {
    await run(join(this.#folder, program), [...args])
  }

  /** A new server with an empty database. */
  newServer(): Promise<InstalledServer> {
    return this.#serverOn((cluster, account) =>
      run(
        join(this.#folder, 'initdb'),
        [
          '-D',
          clusterArgument(cluster, account),
          '-U',
          DATABASE,
          '--auth=trust',
          '--encoding=UTF8',
          '--locale=C.UTF-8',
        ],
        serverSpawnOptions(cluster, account),
      ),
    )
  }

  /** A server on files that are there already. copy: puts them into the folder that it is given. */
  serverOnCopy(copy: (cluster: string) => Promise<void>): Promise<InstalledServer> {
    return this.#serverOn(async (cluster, account) => {
      await copy(cluster)
      if (account) await run('chown', ['-R', `${account.uid}:${account.gid}`, cluster])
    })
  }

  async #serverOn(fill: (cluster: string, account: Account | undefined) => Promise<unknown>): Promise<InstalledServer> {
    const dataDir = await makeTestFolder()
    const layout = layoutOf(dataDir)
    const account = await serverAccount(layout, logger)
    await mkdir(layout.cluster, { mode: 0o700 })
    if (account) {
      await chown(layout.cluster, account.uid, account.gid)
      // Up to PostgreSQL 16 its programs walk the path back to where they were started, which another account could not.
      for (const folder of [TEST_FOLDERS, dataDir]) await chmod(folder, 0o711)
    }
    await fill(layout.cluster, account)
    const binaries = { initdb: join(this.#folder, 'initdb'), postgres: join(this.#folder, 'postgres'), majorVersion: 0 }
    const { pid, port } = await readyServer({ layout, account, binaries, logger }, undefined, {
      ...THROW_AWAY_SETTINGS,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '100',
    })
    const urlOf = (database: string) => `postgresql://${DATABASE}@127.0.0.1:${port}/${database}`
    await createDatabase(urlOf)
    return {
      url: urlOf(DATABASE),
      stop: async () => {
        await stopServer(pid, layout.cluster)
        await discardDataDir(dataDir)
      },
    }
  }
}

async function createDatabase(urlOf: (database: string) => string): Promise<void> {
  const client = new Client({ connectionString: urlOf('postgres') })
  await client.connect()
  try {
    const { rows } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (rows.length === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } finally {
    await client.end()
  }
}

/** `<home>/15/bin`, `<home>/postgresql@18/bin`. */
async function binariesBelow(home: string): Promise<readonly string[]> {
  const names = await readdir(home)
  return names.map((name) => join(home, name, 'bin'))
}
