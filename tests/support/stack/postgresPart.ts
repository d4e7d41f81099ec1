import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { eventually } from '../eventually.js'
import { stateOf } from '../processState.js'
import type { Part } from './part.js'
import { stablePort } from './ports.js'
import type { HostReport } from './postgresHost.js'
import type { Purpose } from './purpose.js'
import { RUN_TYPESCRIPT, source } from './sources.js'

interface Hosted {
  readonly host: ChildProcess
  readonly url: string
  readonly pid: number
}

/** The PostgreSQL that `npm start` brings, held by a process of its own. */
export async function startPostgres(folder: string, purpose: Purpose): Promise<Part> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const port = await stablePort()
  let server = await launch(folder, port, purpose)
  const end = async (): Promise<void> => {
    const { host } = server
    if (host.exitCode !== null || host.signalCode !== null) return
    const ended = once(host, 'exit')
    host.disconnect()
    await ended
  }
  const signal = (name: NodeJS.Signals): void => {
    process.kill(server.pid, name)
  }
  return {
    name: 'postgres',
    address: server.url,
    get pid() {
      return server.pid
    },
    async kill(name = 'SIGKILL') {
      const { pid } = server
      signal(name)
      // The host stops what is left of it, and ends.
      await end()
      // A process that nobody has reaped yet still holds the lock file in the eyes of the next one.
      await eventually(async () => (await stateOf(pid)) === undefined)
    },
    async restart() {
      await end()
      server = await launch(folder, port, purpose)
    },
    // The postmaster alone: open connections go on, new ones wait.
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    stop: end,
  }
}

async function launch(folder: string, port: number, purpose: Purpose): Promise<Hosted> {
  const host = fork(source('postgresHost.ts'), [folder, String(port), purpose], {
    execArgv: RUN_TYPESCRIPT,
    cwd: folder,
    detached: true,
  })
  const ended = once(host, 'exit').then((): HostReport => ({ fault: 'its host has ended' }))
  const report = await Promise.race([once(host, 'message').then(([message]) => message as HostReport), ended])
  if ('fault' in report) {
    host.kill()
    throw new Error(`PostgreSQL did not start: ${report.fault}`)
  }
  return { host, ...report }
}
