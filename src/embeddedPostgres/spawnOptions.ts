import type { SpawnOptions } from 'node:child_process'
import type { Account } from './account.js'

/**
 * How initdb and postgres are started.
 *
 * `detached` puts them into a session of their own: Ctrl-C in the terminal goes to the whole foreground process group, and PostgreSQL must
 * outlive our own drain. The environment is written out, so that a PGPORT or PGOPTIONS of the user's shell cannot reach them.
 */
export function serverSpawnOptions(clusterFolder: string, account: Account | undefined): SpawnOptions {
  return {
    cwd: clusterFolder,
    detached: true,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...account,
  }
}

/**
 * The value of `-D` for a process started with serverSpawnOptions.
 *
 * Another account may not be able to walk to the folder (a clone under /root, mode 0700), although it owns it. The child's working directory
 * is entered before the account is changed, and /proc/self/cwd leads back to it without walking the path. Rejected: an ambient
 * CAP_DAC_OVERRIDE (nearly root again, and access(2), which postgres uses, ignores it), and data outside DATA_DIR (deleting or copying DATA_DIR
 * would not mean the data). The link has to be the cluster folder itself, because PostgreSQL changes into it.
 */
export function clusterArgument(clusterFolder: string, account: Account | undefined): string {
  return account !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : clusterFolder
}
