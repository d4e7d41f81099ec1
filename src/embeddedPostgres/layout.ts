import { join, resolve } from 'node:path'

/**
 * What lies where in DATA_DIR.
 *
 *   postgres.password      the role's password, hexadecimal, mode 0600
 *   postgres.log           stderr of the latest start, until PostgreSQL's own log begins
 *   postgres.init-<pid>/   a cluster that process <pid> is making; renamed when it is whole
 *   postgres/              the cluster (PGDATA); postgres/log/ is PostgreSQL's own log, a week of it
 */
export interface Layout {
  readonly dataDir: string
  readonly passwordFile: string
  readonly startLog: string
  readonly cluster: string
}

export function layoutOf(dataDir: string): Layout {
  const root = resolve(dataDir)
  return {
    dataDir: root,
    passwordFile: join(root, 'postgres.password'),
    startLog: join(root, 'postgres.log'),
    cluster: join(root, 'postgres'),
  }
}

const STAGE_NAME = /^postgres\.init-(\d+)$/

export function stageOf({ dataDir }: Layout, pid: number): string {
  return join(dataDir, `postgres.init-${pid}`)
}

/** The process id in the name of a stage, or undefined for any other name. */
export function stageOwner(name: string): number | undefined {
  const pid = STAGE_NAME.exec(name)?.[1]
  return pid === undefined ? undefined : Number(pid)
}
