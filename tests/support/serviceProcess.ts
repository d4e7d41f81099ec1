import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { eventually } from './eventually.js'

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))
/** What `npm start` may take once it is set up, with room for a busy machine. */
const START_DEADLINE_MS = 60_000

/** The built service as a process of its own, to be killed at will. */
export class ServiceProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>
  #output = ''

  constructor(env: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '' } = process.env
    this.#child = spawn(process.execPath, [MAIN], {
      env: { PATH, HOME, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
      })
    }
    this.#exited = once(this.#child, 'close').then(([code]) => code as number | null)
  }

  /** All it has said so far. */
  get output(): string {
    return this.#output
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** Waits for the ready line and gives the address in it. */
  async url(): Promise<string> {
    return eventually(() => {
      if (this.#child.exitCode !== null) throw new Error(`The service ended before it was ready:\n${this.#output}`)
      return /ready: (http:\/\/\S+\/graphql)/.exec(this.#output)?.[1]
    }, START_DEADLINE_MS)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** The exit code; null where a signal ended it. */
  exited(): Promise<number | null> {
    return this.#exited
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL')
    await this.#exited
  }
}
