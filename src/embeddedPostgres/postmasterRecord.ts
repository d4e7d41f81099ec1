import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasCode } from './errors.js'

const run = promisify(execFile)

/** What PostgreSQL writes about itself into postmaster.pid (its source: src/include/utils/pidfile.h). */
export interface PostmasterRecord {
  readonly pid: number
  readonly port: number
  /** False while it starts, recovers or stops. */
  readonly ready: boolean
}

/** Undefined when there is no such file, or it is being written: port and status come a moment after the pid. */
export async function readPostmasterRecord(cluster: string): Promise<PostmasterRecord | undefined> {
  try {
    const lines = (await readFile(postmasterFile(cluster), 'utf8')).split('\n')
    const pid = Number(lines[0])
    if (!Number.isInteger(pid) || pid <= 0) return undefined
    return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === 'ready' }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

export function postmasterFile(cluster: string): string {
  return join(cluster, 'postmaster.pid')
}

/**
 * A process as it stands to a cluster. `foreign`: the number now belongs to a process that has nothing to do with it. `ended`: the process has ended,
 * and nobody has taken note of it yet; in some containers nobody ever does.
 */
export type Holder = 'server' | 'foreign' | 'ended' | 'none'

/**
 * Who has the pid that postmaster.pid names. A number alone proves nothing: after a reboot, and in a container always, it is given again.
 * A server of this cluster works in its folder, so on Linux the folder is compared; elsewhere the program's name has to do.
 */
export async function holderOf(pid: number, cluster: string): Promise<Holder> {
  return process.platform === 'linux' ? holderByFolder(pid, cluster) : holderByName(pid)
}

async function holderByFolder(pid: number, cluster: string): Promise<Holder> {
  let name: string | undefined
  try {
    const home = await stat(cluster)
    name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim()
    const folder = await stat(`/proc/${pid}/cwd`)
    return name === 'postgres' && folder.dev === home.dev && folder.ino === home.ino ? 'server' : 'foreign'
  } catch (error) {
    // No process, or no cluster any more: a server whose folder was deleted notices within a minute and ends by itself. One that has ended
    // keeps its name, and has no folder.
    if (hasCode(error, 'ENOENT', 'ESRCH')) return name === undefined ? 'none' : 'ended'
    // Another account's process: a server of this cluster runs as the cluster's owner, whom we can inspect.
    if (hasCode(error, 'EACCES', 'EPERM')) return 'foreign'
    throw error
  }
}

async function holderByName(pid: number): Promise<Holder> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,comm=', '-p', String(pid)])
    if (stdout.trimStart().startsWith('Z')) return 'ended'
    return stdout.trim().endsWith('postgres') ? 'server' : 'foreign'
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return 'none'
    throw error
  }
}
