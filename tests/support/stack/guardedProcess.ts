import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import type { Writable } from 'node:stream'

/**
 * The shell becomes the server, so that the server has our child's pid, and leaves a watchdog of one megabyte behind. That one waits on
 * a pipe whose other end only we hold: a line tells it that the server is gone; the end of the pipe, that we are, by whatever signal.
 */
const GUARDED = '(read -r _ <&3 || kill -9 $$) & exec "$@" 3<&-'

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  /** Working directory. */
  readonly folder: string
  /** Takes standard output and standard error, after what earlier starts wrote. */
  readonly logFile: string
}

/** A server that does not outlive this process, not even when this process is killed by SIGKILL. */
export class GuardedProcess {
  readonly #child: ChildProcess
  /** Resolves with how it ended, such as `exit code 1` or `SIGKILL`. */
  readonly ended: Promise<string>

  constructor({ command, args, folder, logFile }: Program) {
    const log = openSync(logFile, 'a', 0o600)
    // A session of its own: Ctrl-C in a terminal is for us, and we end the servers.
    this.#child = spawn('/bin/sh', ['-c', GUARDED, 'sh', command, ...args], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
    })
    closeSync(log)
    const watchdog = this.#child.stdio[3] as Writable
    // It ends with the server's session where somebody kills that: then there is nobody to tell.
    watchdog.on('error', () => watchdog.destroy())
    this.ended = once(this.#child, 'exit').then(([code, signal]) => {
      watchdog.end('\n')
      return signal ?? `exit code ${code}`
    })
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child.kill(signal)
  }
}
