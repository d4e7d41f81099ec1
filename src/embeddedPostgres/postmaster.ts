import { type ChildProcess, spawn } from 'node:child_process'
import { open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterContext } from './cluster.js'
import { EmbeddedPostgresUnavailable, hasCode } from './errors.js'
import { freePort } from './freePort.js'
import type { Layout } from './layout.js'
import { holderOf, type PostmasterRecord, postmasterFile, readPostmasterRecord } from './postmasterRecord.js'
import { type Settings, settingArguments } from './settings.js'
import { clusterArgument, serverSpawnOptions } from './spawnOptions.js'

const POLL_INTERVAL_MS = 20
/** Recovery after a crash replays at most max_wal_size; on a slow disk that takes its time. */
const READY_TIMEOUT_MS = 120_000
/** A start fails when its port was taken since it was chosen, or when another process started the same cluster: both look different the next time. */
const MAX_LAUNCHES = 3
/** Killed with their server's process alone, its sessions end by themselves; until then they hold its shared memory. */
const SESSIONS_OF_A_KILLED_SERVER = /pre-existing shared memory block/
const SESSIONS_END_MS = 10_000
const SESSIONS_POLL_MS = 200

export interface ReadyServer {
  readonly pid: number
  readonly port: number
  readonly origin: 'launched' | 'adopted'
}

/**
 * Brings the cluster's server to `ready`, whoever started it: adopts the one that postmaster.pid names, waits while it starts or stops,
 * and launches one when there is none. port: to listen on when launching; undefined takes a free one each time.
 * Throws EmbeddedPostgresUnavailable with PostgreSQL's own reason.
 */
export async function readyServer(
  context: ClusterContext,
  port: number | undefined,
  settings: Settings,
): Promise<ReadyServer> {
  const { layout } = context
  const deadline = performance.now() + READY_TIMEOUT_MS
  const sessionsEndAt = performance.now() + SESSIONS_END_MS
  let child: ChildProcess | undefined
  let launches = 0
  while (performance.now() < deadline) {
    const record = await readPostmasterRecord(layout.cluster)
    const holder = record === undefined ? 'none' : await holderOf(record.pid, layout.cluster)
    if (record !== undefined && holder === 'server') {
      if (record.ready)
        return { pid: record.pid, port: record.port, origin: record.pid === child?.pid ? 'launched' : 'adopted' }
    } else if (child === undefined || hasExited(child)) {
      if (child !== undefined) {
        const reason = await failureOf(layout, child)
        if (SESSIONS_OF_A_KILLED_SERVER.test(reason) && performance.now() < sessionsEndAt) await delay(SESSIONS_POLL_MS)
        else if (launches >= MAX_LAUNCHES) throw startFailure(layout, reason)
      }
      if (holder === 'foreign' || holder === 'ended') await removeStaleRecord(context, record)
      child = await launch(context, port ?? (await freePort()), settings)
      launches += 1
    }
    await delay(POLL_INTERVAL_MS)
  }
  throw new EmbeddedPostgresUnavailable(
    `PostgreSQL in ${layout.cluster} was not ready after ${READY_TIMEOUT_MS / 1000} s: see ${join(layout.cluster, 'log')}; it may still be recovering, then start again.`,
  )
}

async function launch(
  { layout, account, binaries, logger }: ClusterContext,
  port: number,
  settings: Settings,
): Promise<ChildProcess> {
  const log = await open(layout.startLog, 'w', 0o600)
  try {
    const child = spawn(
      binaries.postgres,
      ['-D', clusterArgument(layout.cluster, account), '-p', String(port), ...settingArguments(settings)],
      { ...serverSpawnOptions(layout.cluster, account), stdio: ['ignore', 'ignore', log.fd] },
    )
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.unref()
    logger.debug({ serverPid: child.pid, port }, 'launched PostgreSQL')
    return child
  } finally {
    await log.close()
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** PostgreSQL itself refuses to start as long as any process of its account has that number, also one that has ended. */
async function removeStaleRecord(
  { layout, logger }: ClusterContext,
  stale: PostmasterRecord | undefined,
): Promise<void> {
  const current = await readPostmasterRecord(layout.cluster)
  if (current === undefined || current.pid !== stale?.pid) return
  logger.info(
    { foreignPid: current.pid },
    'postmaster.pid names a process that is no PostgreSQL of this data directory, or has ended; removed it',
  )
  await rm(postmasterFile(layout.cluster), { force: true })
}

async function failureOf(layout: Layout, child: ChildProcess): Promise<string> {
  const lines = await linesOf(layout, child.pid)
  const fatal = lines.findLast((line) => /(FATAL|PANIC|ERROR):/.test(line))
  const reason =
    lines.find((line) => line.includes('could not bind')) ??
    fatal ??
    `it ended with ${child.exitCode ?? child.signalCode}`
  return reason.replace(/^.*?\[\d+\] \w+: +/, '').trim()
}

function startFailure({ cluster }: Layout, reason: string): EmbeddedPostgresUnavailable {
  return new EmbeddedPostgresUnavailable(
    `PostgreSQL in ${cluster} does not start: ${reason} (log: ${join(cluster, 'log')}).`,
  )
}

/** What one postmaster wrote: first to stderr, then to its own newest log file. */
async function linesOf({ startLog, cluster }: Layout, pid: number | undefined): Promise<string[]> {
  const folder = join(cluster, 'log')
  const files = await Promise.all(
    (await namesIn(folder)).map(async (name) => ({
      path: join(folder, name),
      mtimeMs: (await stat(join(folder, name))).mtimeMs,
    })),
  )
  const newest = files.sort((a, b) => b.mtimeMs - a.mtimeMs)[0]
  const texts = await Promise.all(
    [startLog, ...(newest === undefined ? [] : [newest.path])].map((path) => readFile(path, 'utf8')),
  )
  return texts
    .join('\n')
    .split('\n')
    .filter((line) => line.includes(`[${pid}]`) || line.startsWith('postgres:'))
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
