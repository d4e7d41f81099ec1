import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { newAppend, storedMetadata } from './sampleAppends.js'

const run = promisify(execFile)

/**
 * The same insert, one per commit, as a prepared statement. Ids ascend in each client, as ours do, so that indexes grow as kindly.
 * JSON comes in as a parameter and is parsed for each event; as a literal it would be parsed once for all.
 */
const SCRIPT = `\\set n :n + 1
INSERT INTO events (era, stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata)
VALUES ((SELECT era FROM installation), 'order-' || :run || '-' || :client_id || '-' || :n, 'order', 1, 'OrderCreated', 1, CAST(:data AS jsonb), 'local',
        :run || '-' || :client_id || '-' || :n, CAST(:metadata AS jsonb));
`

/** PostgreSQL's own benchmark program, a client in C. */
export class Pgbench {
  readonly #databaseUrl: URL
  readonly #folder: string
  #runs = 0

  private constructor(databaseUrl: URL, folder: string) {
    this.#databaseUrl = databaseUrl
    this.#folder = folder
  }

  /** Undefined where pgbench is not installed. */
  static async find(databaseUrl: string): Promise<Pgbench | undefined> {
    try {
      await run('pgbench', ['--version'])
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const folder = await mkdtemp(join(tmpdir(), 'order-gateway-pgbench-'))
    await writeFile(join(folder, 'append.sql'), SCRIPT)
    return new Pgbench(new URL(databaseUrl), folder)
  }

  /** Without the time that connecting takes. */
  async appendsPerSecond(clients: number, seconds: number): Promise<number> {
    this.#runs += 1
    const event = newAppend()
    const { hostname, port, username, password, pathname } = this.#databaseUrl
    const { stdout } = await run(
      'pgbench',
      [
        ...['--no-vacuum', '--protocol=prepared', `--client=${clients}`, '--jobs=2', `--time=${seconds}`],
        ...[`--host=${hostname}`, `--port=${port}`, `--username=${username}`],
        ...[`--file=${join(this.#folder, 'append.sql')}`, '--define=n=0', `--define=run=r${this.#runs}`],
        ...[
          `--define=data=${JSON.stringify(event.data)}`,
          `--define=metadata=${JSON.stringify(storedMetadata(event))}`,
        ],
        pathname.slice(1),
      ],
      { env: { ...process.env, PGPASSWORD: decodeURIComponent(password) } },
    )
    const rate = /^tps = ([\d.]+)/m.exec(stdout)?.[1]
    if (rate === undefined || !/^number of failed transactions: 0\b/m.test(stdout)) {
      throw new Error(`Expected pgbench to report its rate and no failures, found: ${stdout}`)
    }
    return Number(rate)
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true })
  }
}
