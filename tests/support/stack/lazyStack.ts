import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Part, PartName } from './part.js'
import { startStack } from './startStack.js'

/** Starts each part when it is first asked for, so that a run of one file starts no more than the file needs. */
export class LazyStack {
  readonly #directory: string
  readonly #logger: Logger
  readonly #parts = new Map<PartName, Promise<Part>>()

  constructor(directory: string, logger: Logger) {
    this.#directory = directory
    this.#logger = logger
  }

  /** Returns when the part answers. Throws the same error each time where it cannot be started: a second try would cost as much. */
  async address(name: PartName): Promise<string> {
    const part = this.#parts.get(name) ?? this.#start(name)
    this.#parts.set(name, part)
    return (await part).address
  }

  async stop(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#parts.values())
    await Promise.all(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.stop() : undefined)))
  }

  async #start(name: PartName): Promise<Part> {
    const { parts, missing } = await startStack({
      directory: join(this.#directory, name),
      logger: this.#logger,
      purpose: 'test',
      parts: [name],
    })
    const part = parts[name]
    if (part === undefined) throw new Error(`${name} ${missing[name]}`)
    return part
  }
}
