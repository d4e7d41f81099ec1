import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embeddedPostgres/index.js'
import { layoutOf } from '../../src/embeddedPostgres/layout.js'
import { holderOf, postmasterFile } from '../../src/embeddedPostgres/postmasterRecord.js'
import type { OwnerReport } from '../support/embeddedPostgresOwner.js'
import { discardDataDir, makeTestFolder } from '../support/throwAwayServer.js'

let folder: string
let dataDir: string
/** What a test started; released in reverse before its data is deleted. */
let releases: (() => Promise<void>)[]

beforeEach(async () => {
  // Mode 0700 and of the user who runs the tests: run by root, PostgreSQL's account cannot walk there. The space is on purpose.
  folder = await makeTestFolder()
  dataDir = join(folder, 'data dir')
  releases = []
})

afterEach(async () => {
  for (const release of releases.reverse()) await release()
  await discardDataDir(dataDir)
  await rm(folder, { recursive: true, force: true })
})

test('serves a durable database on loopback, with a password that only we can read', async () => {
  const server = await start()
  expect(await rows(server.url, 'SELECT current_database() AS name')).toEqual([{ name: 'order_gateway' }])
  expect(
    await rows(
      server.url,
      `SELECT name, setting FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'listen_addresses', 'synchronous_commit') ORDER BY name`,
    ),
  ).toEqual([
    { name: 'fsync', setting: 'on' },
    { name: 'full_page_writes', setting: 'on' },
    { name: 'listen_addresses', setting: '127.0.0.1' },
    { name: 'synchronous_commit', setting: 'on' },
  ])
  expect((await stat(layoutOf(dataDir).passwordFile)).mode & 0o777).toBe(0o600)
  const guessed = new URL(server.url)
  guessed.password = '0'.repeat(64)
  await expect(rows(guessed.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
})

test('knows letters beyond ASCII, in trigrams and in text search', async () => {
  const server = await start()
  await rows(server.url, 'CREATE EXTENSION pg_trgm')
  expect(
    await rows(
      server.url,
      `SELECT lower('ÉCLAIR') AS lower, similarity('Éclair', 'éclair') AS similarity, to_tsvector('simple', 'Crème Brûlée') AS words`,
    ),
  ).toEqual([{ lower: 'éclair', similarity: 1, words: "'brûlée':2 'crème':1" }])
})

test('stop leaves no process, may be called again, and the next start is fast and finds the data', async () => {
  const first = await start()
  await rows(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await Promise.all([first.stop(), first.stop()])
  expect(await holderOf(first.pid, layoutOf(dataDir).cluster)).not.toBe('server')

  const startedAt = performance.now()
  const second = await start()
  // Some 0.2 s on an idle machine; the bound leaves room for the other test files.
  expect(performance.now() - startedAt).toBeLessThan(4_000)
  expect(await rows(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

test('takes over the server that an owner killed by SIGKILL left running', async () => {
  const owner = forkOwner()
  const left = await ownedBy(owner)
  await rows(left.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await kill(owner)

  const heir = await start()
  expect(heir.pid).toBe(left.pid)
  expect(await rows(heir.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  await heir.stop()
  expect(await holderOf(left.pid, layoutOf(dataDir).cluster)).not.toBe('server')
})

test('refuses a second owner in one line and leaves the first alone', async () => {
  const owner = forkOwner()
  const owned = await ownedBy(owner)
  const refusal = await startEmbeddedPostgres({ dataDir, logger: silent }).catch((error: unknown) => error)
  expect(refusal).toMatchObject({
    code: 'DATA_DIR_IN_USE',
    message: `${dataDir} is in use by another running process (process ${owner.pid}): stop that one, or set DATA_DIR to another folder.`,
  })
  expect(await rows(owned.url, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }])
})

test('of two first starts at once one owns the data directory and the other is refused', async () => {
  const reports = await Promise.all([report(forkOwner()), report(forkOwner())])
  expect(reports.filter((each) => 'url' in each)).toHaveLength(1)
  expect(reports.find((each) => 'refusal' in each)).toMatchObject({ refusal: { name: 'DataDirInUse' } })
})

test('is not held up by a postmaster.pid whose number now belongs to another process', async () => {
  const first = await start()
  const { cluster } = layoutOf(dataDir)
  const record = await readFile(postmasterFile(cluster), 'utf8')
  await first.stop()
  // Of the same account, because that is the case in which PostgreSQL itself refuses to start.
  const { uid, gid } = await stat(cluster)
  const stranger = spawn('sleep', ['60'], {
    stdio: 'ignore',
    cwd: '/',
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  })
  releases.push(() => kill(stranger))
  await once(stranger, 'spawn')
  await writeFile(postmasterFile(cluster), record.replace(/^\d+/, String(stranger.pid)))

  const second = await start()
  expect(await rows(second.url, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }])
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
})

test.runIf(process.platform === 'linux')(
  'is not held up by a server that was killed and that nobody has taken note of yet, as it is in a container',
  async () => {
    const first = await start()
    const { cluster } = layoutOf(dataDir)
    const record = await readFile(postmasterFile(cluster), 'utf8')
    await first.stop()
    const { uid, gid } = await stat(cluster)
    // The shell becomes a program that never asks how its child has ended.
    const careless = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      cwd: '/',
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    })
    releases.push(() => kill(careless))
    const [said] = (await once(careless.stdout, 'data')) as [Buffer]
    const pid = Number(said.toString())
    await until('the child has ended', async () => (await holderOf(pid, cluster)) === 'ended')
    await writeFile(postmasterFile(cluster), record.replace(/^\d+/, String(pid)))

    const second = await start()
    expect(await rows(second.url, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }])
  },
)

test('starts at once when the server was killed beside its owner', async () => {
  for (let round = 0; round < 3; round += 1) {
    const owner = forkOwner()
    const owned = await ownedBy(owner)
    process.kill(owned.pid, 'SIGKILL')
    await kill(owner)
    const next = await start()
    expect(await rows(next.url, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }])
    await next.stop()
  }
})

test('is not bricked by a kill in the middle of initdb', async () => {
  const owner = forkOwner()
  const stage = join(dataDir, `postgres.init-${owner.pid}`)
  await until('initdb has begun to write', () => exists(join(stage, 'cluster', 'PG_VERSION')))
  await kill(owner)
  expect(await exists(layoutOf(dataDir).cluster)).toBe(false)

  const server = await start()
  expect(await rows(server.url, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }])
  expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password'])
})

test('tells when PostgreSQL dies, and loses nothing that was committed', async () => {
  const losses: Error[] = []
  const first = await startEmbeddedPostgres({ dataDir, logger: silent, onLost: (error) => losses.push(error) })
  await rows(first.url, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n')
  process.kill(first.pid, 'SIGKILL')
  await until('the loss is told', async () => losses.length > 0)

  const second = await start()
  expect(second.pid).not.toBe(first.pid)
  expect(await rows(second.url, 'SELECT count(*)::int AS kept FROM kept')).toEqual([{ kept: 1000 }])
  await first.stop()
  expect(losses).toHaveLength(1)
  expect(await rows(second.url, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }])
})

test.each(['/proc/nothing/below', '/dev/null/below'])(
  'says in one line that nothing can be made at %s',
  async (place) => {
    await expect(startEmbeddedPostgres({ dataDir: place, logger: silent })).rejects.toThrow(
      `${place} cannot be made or written: set DATA_DIR to a folder that this user may write.`,
    )
  },
)

test('says in one line that a fixed port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  releases.push(async () => void other.close())
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const refusal = await startEmbeddedPostgres({ dataDir, logger: silent, port }).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ code: 'EMBEDDED_POSTGRES_UNAVAILABLE' })
  expect(String(refusal)).toMatch(/^[^\n]*does not start: could not bind [^\n]*Address already in use[^\n]*$/)
})

test('says in one line that the data is of another major version', async () => {
  const { cluster } = layoutOf(dataDir)
  await mkdir(cluster, { recursive: true })
  await writeFile(join(cluster, 'PG_VERSION'), '15\n')
  const refusal = await startEmbeddedPostgres({ dataDir, logger: silent }).catch((error: unknown) => error)
  expect(String(refusal)).toMatch(/^[^\n]*was written by PostgreSQL 15, and this release ships 18: [^\n]*$/)
})

const silent = pino({ level: 'silent' })

/** A server of this process. */
async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, logger: silent })
  releases.push(() => server.stop())
  return server
}

function forkOwner(): ChildProcess {
  const owner = fork(fileURLToPath(new URL('../support/embeddedPostgresOwner.ts', import.meta.url)), [dataDir], {
    execArgv: ['--import', new URL('../support/typescriptImports.ts', import.meta.url).href],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  releases.push(() => kill(owner))
  return owner
}

async function report(owner: ChildProcess): Promise<OwnerReport> {
  const [message] = await once(owner, 'message')
  return message
}

async function ownedBy(owner: ChildProcess): Promise<Extract<OwnerReport, { url: string }>> {
  const answer = await report(owner)
  if ('refusal' in answer) throw new Error(answer.refusal.message)
  return answer
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function rows(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`expected within 20 s: ${what}`)
    await delay(5)
  }
}
