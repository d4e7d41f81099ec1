import { spawn } from 'node:child_process'
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Logger } from 'pino'
import type { Account } from './account.js'
import type { Binaries } from './binaries.js'
import { EmbeddedPostgresUnavailable, hasCode } from './errors.js'
import { type Layout, stageOf, stageOwner } from './layout.js'
import { ensurePassword, readPassword } from './password.js'
import { clusterArgument, serverSpawnOptions } from './spawnOptions.js'

/** Superuser of the embedded cluster, reachable from this machine only. */
export const ROLE = 'order_gateway'

export interface ClusterContext {
  readonly layout: Layout
  readonly account: Account | undefined
  readonly binaries: Binaries
  readonly logger: Logger
}

/**
 * Makes the cluster unless it is there, and returns the role's password. A cluster comes into being by one rename, so that a start killed at
 * any instruction leaves at most a stage, which a later start removes.
 * Throws EmbeddedPostgresUnavailable (another major version, lost password, initdb failed).
 */
export async function ensureCluster(context: ClusterContext): Promise<string> {
  const { layout } = context
  await removeDeadStages(layout)
  const version = await clusterVersion(layout)
  if (version === undefined) {
    const password = await ensurePassword(layout)
    await initialise(context, password)
    return password
  }
  if (version !== String(context.binaries.majorVersion)) {
    throw new EmbeddedPostgresUnavailable(
      `${layout.cluster} was written by PostgreSQL ${version}, and this release ships ${context.binaries.majorVersion}: dump it with the release that wrote it and restore, or set DATA_DIR to another folder.`,
    )
  }
  const password = await readPassword(layout)
  if (password === undefined) {
    throw new EmbeddedPostgresUnavailable(
      `${layout.passwordFile} is missing, and ${layout.cluster} cannot be opened without it: restore it.`,
    )
  }
  return password
}

async function clusterVersion({ cluster }: Layout): Promise<string | undefined> {
  try {
    return (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

async function initialise({ layout, account, binaries, logger }: ClusterContext, password: string): Promise<void> {
  const startedAt = performance.now()
  const stage = stageOf(layout, process.pid)
  const draft = join(stage, 'cluster')
  const passwordFile = join(stage, 'password')
  await rm(stage, { recursive: true, force: true })
  await mkdir(draft, { recursive: true, mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (account !== undefined) {
    for (const path of [stage, draft, passwordFile]) await chown(path, account.uid, account.gid)
  }
  try {
    await runInitdb(binaries, account, draft)
    await rename(draft, layout.cluster)
    await syncFolder(layout.dataDir)
    logger.info({ durationMs: Math.round(performance.now() - startedAt) }, 'made a new PostgreSQL cluster')
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error // another start was first; the password is the same
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

async function runInitdb(binaries: Binaries, account: Account | undefined, folder: string): Promise<void> {
  const pgdata = clusterArgument(folder, account)
  const child = spawn(
    binaries.initdb,
    [
      `--pgdata=${pgdata}`,
      `--username=${ROLE}`,
      `--pwfile=${pgdata}/../password`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Order and case rules come from PostgreSQL itself, so an index does not depend on the C library of the machine.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      // pg_trgm and text search ask the C library what a letter is; under plain C, "É" is none.
      `--locale=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`,
      '--lc-messages=C',
    ],
    { ...serverSpawnOptions(folder, account), stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const exited = new Promise<string | undefined>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `status ${code ?? signal}`))
  })
  const [failure, stderr] = await Promise.all([exited, child.stderr === null ? '' : text(child.stderr)])
  if (failure !== undefined) {
    const reason = stderr.split('\n').find((line) => /error|FATAL/.test(line)) ?? failure
    throw new EmbeddedPostgresUnavailable(`PostgreSQL could not make its cluster in ${folder}: ${reason.trim()}`, {
      cause: new Error(stderr),
    })
  }
}

async function removeDeadStages(layout: Layout): Promise<void> {
  for (const name of await readdir(layout.dataDir)) {
    const pid = stageOwner(name)
    if (pid === undefined || (pid !== process.pid && isAlive(pid))) continue
    await rm(stageOf(layout, pid), { recursive: true, force: true, maxRetries: 5 })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
