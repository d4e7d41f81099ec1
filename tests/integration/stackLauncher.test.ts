import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { eventually } from '../support/eventually.js'
import { RUN_TYPESCRIPT, source } from '../support/stack/sources.js'
import { makeTestFolder, TEST_FOLDERS } from '../support/throwAwayServer.js'

const TIMEOUT_MS = 120_000

const { missing } = inject('stack')
const isLinux = process.platform === 'linux'
let folder: string
let launcher: ChildProcess

beforeEach(async () => {
  folder = await makeTestFolder()
})
afterEach(async () => {
  await end('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

test.skipIf(!isLinux || missing.kafka !== undefined || missing.redis !== undefined)(
  'leaves no server running when it is killed by SIGKILL',
  async () => {
    launch(['kafka', 'redis', 'postgres'])
    const { KAFKA_BROKERS, REDIS_URL, DATABASE_URL } = await environment()
    const ports = [portOf(`kafka://${KAFKA_BROKERS}`), portOf(REDIS_URL), portOf(DATABASE_URL)]
    expect(await Promise.all(ports.map(listens))).toEqual([true, true, true])
    await end('SIGKILL')
    await eventually(async () => !(await Promise.all(ports.map(listens))).includes(true))
    await eventually(async () => (await processesOf(launcher.pid)).length === 0)
  },
  TIMEOUT_MS,
)

test.skipIf(!isLinux)(
  'leaves no server running either when it is killed while they start',
  async () => {
    const { pid } = launch(['kafka', 'redis', 'postgres'])
    await eventually(async () => (await processesOf(pid)).length > 0, TIMEOUT_MS)
    await end('SIGKILL')
    await eventually(async () => (await processesOf(pid)).length === 0, TIMEOUT_MS)
  },
  TIMEOUT_MS,
)

test.skipIf(!isLinux || missing.redis !== undefined)(
  'says when one of its servers has ended, and keeps the others',
  async () => {
    const output = read(launch(['redis', 'postgres']))
    const { DATABASE_URL, REDIS_URL } = await environment()
    const { pid } = launcher
    const redis = await eventually(async () => {
      const found = await Promise.all((await processesOf(pid)).map(async (id) => ({ id, name: await nameOf(id) })))
      return found.find(({ name }) => name === 'redis-server')
    })
    process.kill(Number(redis.id), 'SIGKILL')
    await eventually(() => output().includes('redis has ended'))
    expect(await listens(portOf(REDIS_URL))).toBe(false)
    expect(await listens(portOf(DATABASE_URL))).toBe(true)
    expect(output()).not.toContain('postgres has ended')
  },
  TIMEOUT_MS,
)

test(
  'ends on Ctrl-C within seconds, servers and data',
  async () => {
    const { pid } = launch(['postgres'])
    const { DATABASE_URL } = await environment()
    expect(await foldersOf(pid)).toHaveLength(1)
    const startedAt = performance.now()
    expect(await end('SIGINT')).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(await listens(portOf(DATABASE_URL))).toBe(false)
    expect(await foldersOf(pid)).toEqual([])
  },
  TIMEOUT_MS,
)

test(
  'writes the environment for its owner alone, names what this machine lacks, and starts the rest',
  async () => {
    // PostgreSQL run by root asks `id` for an account; nothing else is on this PATH.
    const bin = join(folder, 'bin')
    await mkdir(bin)
    await symlink('/usr/bin/id', join(bin, 'id'))
    const output = read(launch(['postgres', 'redis'], { PATH: bin }))
    const { DATABASE_URL, REDIS_URL, TOKEN_SECRET = '', PERSONAL_DATA_KEY = '' } = await environment()
    expect((await stat(envFile())).mode & 0o777).toBe(0o600)
    expect(await listens(portOf(DATABASE_URL))).toBe(true)
    expect(REDIS_URL).toBeUndefined()
    expect([TOKEN_SECRET.length, PERSONAL_DATA_KEY.length]).toEqual([64, 64])
    await eventually(() => output().includes('runs without redis'))
    expect(output()).toMatch(/redis needs the program redis-server, .*: install Redis 7/)
  },
  TIMEOUT_MS,
)

function launch(parts: readonly string[], change: Readonly<Record<string, string>> = {}): ChildProcess {
  const args = [...RUN_TYPESCRIPT, '--', source('main.ts'), '--parts', parts.join(','), '--env-file', envFile()]
  launcher = spawn(process.execPath, args, { env: { ...process.env, ...change }, stdio: ['ignore', 'pipe', 'pipe'] })
  // Nobody may have to read for it to go on.
  for (const stream of [launcher.stdout, launcher.stderr]) stream?.resume()
  return launcher
}

function read({ stdout, stderr }: ChildProcess): () => string {
  let output = ''
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return () => output
}

/** Returns the exit code, null where the signal ended it. */
async function end(signal: NodeJS.Signals): Promise<number | null> {
  if (launcher.exitCode !== null || launcher.signalCode !== null) return launcher.exitCode
  const exited = once(launcher, 'exit')
  launcher.kill(signal)
  const [code] = await exited
  return code
}

function envFile(): string {
  return join(folder, 'stack.env')
}

/** As soon as the launcher has written it. */
async function environment(): Promise<NodeJS.Dict<string>> {
  const text = await eventually(async () => {
    if (launcher.exitCode !== null) throw new Error(`the launcher ended with ${launcher.exitCode}`)
    const names = await readdir(folder)
    return names.includes('stack.env') && readFile(envFile(), 'utf8')
  }, TIMEOUT_MS)
  return parseEnv(text)
}

async function foldersOf(pid: number | undefined): Promise<string[]> {
  return (await readdir(TEST_FOLDERS)).filter((name) => name.startsWith(`${pid}-`))
}

/** Process ids of all that work in a folder of this launcher's making: servers, their watchdogs, and what holds PostgreSQL. */
async function processesOf(pid: number | undefined): Promise<string[]> {
  const places = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => ({ name, folder: await readlink(`/proc/${name}/cwd`).catch(() => '') })),
  )
  return places.filter(({ folder }) => folder.startsWith(join(TEST_FOLDERS, `${pid}-`))).map(({ name }) => name)
}

/** Of a process's program; empty where it is gone. */
async function nameOf(pid: string): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()
}

function portOf(url: string | undefined): number {
  return Number(new URL(url ?? '').port)
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
