import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import type { PartName } from './part.js'
import { REMOVE_PREFIX } from './removePrefix.js'
import { VARIABLES } from './serviceEnvironment.js'
import { askForPart } from './stackDoor.js'

/** The parts that the files of a run share; of PostgreSQL each takes a database by createTestDatabase(). */
export type SharedPart = Exclude<PartName, 'postgres'>

const PREFIX_VARIABLES: Record<SharedPart, { readonly name: string; readonly separator: string }> = {
  kafka: { name: 'KAFKA_PREFIX', separator: '.' },
  elasticsearch: { name: 'ELASTICSEARCH_PREFIX', separator: '-' },
  redis: { name: 'REDIS_PREFIX', separator: ':' },
}

/** The run's servers as one test file sees them. */
export class StackOfFile {
  /** Of this object alone: `t` and hexadecimal digits. To be put in front of every topic, group, index and key. */
  readonly prefix = `t${randomBytes(5).toString('hex')}`
  readonly #addresses = new Map<SharedPart, string>()

  /** Returns when these parts answer; the first to ask for one starts it. Throws where this machine cannot run one of them. */
  static async open(...parts: readonly SharedPart[]): Promise<StackOfFile> {
    const stack = new StackOfFile()
    await stack.askFor(parts)
    return stack
  }

  async askFor(parts: readonly SharedPart[]): Promise<void> {
    const { doorUrl } = inject('stack')
    await Promise.all(parts.map(async (part) => this.#addresses.set(part, await askForPart(doorUrl, part))))
  }

  /** `host:port` of each. */
  get kafkaBrokers(): readonly string[] {
    return [this.#addressOf('kafka')]
  }

  get elasticsearchUrl(): string {
    return this.#addressOf('elasticsearch')
  }

  get redisUrl(): string {
    return this.#addressOf('redis')
  }

  /** Variables with which the service runs on the parts that were asked for, under names of its own. */
  get environment(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#addresses].flatMap(([part, address]) => {
        const { name, separator } = PREFIX_VARIABLES[part]
        return [
          [VARIABLES[part], address],
          [name, `${this.prefix}${separator}`],
        ]
      }),
    )
  }

  /** Deletes every topic, index and key under the prefix. */
  async removeTraces(): Promise<void> {
    await Promise.all([...this.#addresses].map(([part, address]) => REMOVE_PREFIX[part](address, this.prefix)))
  }

  #addressOf(part: SharedPart): string {
    const address = this.#addresses.get(part)
    if (address === undefined) throw new Error(`${part} was not asked for, or its address is used before beforeAll`)
    return address
  }
}
