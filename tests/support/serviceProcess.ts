import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ProcessRole } from '../../src/config.js'
import { eventually } from './eventually.js'

const ROOT = new URL('../../', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** Those that run until they are stopped. */
export type ServiceRole = Exclude<ProcessRole, 'admin'>

/** The npm script of each. */
const SCRIPTS: Record<ServiceRole, string> = {
  all: 'start',
  gateway: 'start:gateway',
  relay: 'start:relay',
  projector: 'start:projector',
}
/** What `npm start` may take once it is set up, with room for a busy machine. */
const START_DEADLINE_MS = 60_000

/** The built service, or one part of it, as a process of its own, to be killed at will. */
export class ServiceProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>
  #output = ''

  /** Unless `env` says more, GraphQL is at any free port, and a relay or a projector tells nobody how it is. */
  constructor(env: Readonly<Record<string, string>>, role: ServiceRole = 'all') {
    const { PATH = '', HOME = '' } = process.env
    this.#child = spawn(process.execPath, argumentsOf(SCRIPTS[role]), {
      env: { PATH, HOME, PORT: '0', METRICS_PORT: '0', ...env },
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

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** Waits for the ready line. */
  async ready(): Promise<void> {
    await this.#lineOf(/ready: /)
  }

  /** Waits for the ready line and gives the address of GraphQL in it. */
  async url(): Promise<string> {
    const [, url = ''] = await this.#lineOf(/ready: (http:\/\/\S+\/graphql)/)
    return url
  }

  #lineOf(pattern: RegExp): Promise<RegExpExecArray> {
    return eventually(() => {
      if (this.#child.exitCode !== null) throw new Error(`The service ended before it was ready:\n${this.#output}`)
      return pattern.exec(this.#output) ?? undefined
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
    if (this.isRunning) this.#child.kill('SIGKILL')
    await this.#exited
  }
}

/** What an npm script gives to `node`, with the program's place in full. */
function argumentsOf(script: string): string[] {
  const [, ...given] = manifest.scripts[script]?.split(' ') ?? []
  return given.map((each) => (each.startsWith('dist/') ? fileURLToPath(new URL(each, ROOT)) : each))
}
