import { compareGlobalPositions } from '../../contract/globalPosition.js'
import type { CheckpointStore } from '../checkpointStore.js'
import { type ConsumerGroups, GroupInUse } from '../consumerGroups.js'
import { GroupLock } from './groupLock.js'
import { orUnavailable } from './translateErrors.js'

/** A group on the log is a lock and a checkpoint. Those who stand by count as nobody: they do nothing before they have the lock. */
export class PostgresConsumerGroups implements ConsumerGroups {
  readonly #databaseUrl: string
  readonly #checkpoints: CheckpointStore

  constructor(databaseUrl: string, checkpoints: CheckpointStore) {
    this.#databaseUrl = databaseUrl
    this.#checkpoints = checkpoints
  }

  async isEmpty(group: string): Promise<boolean> {
    return this.#withLock(group, async (held) => held)
  }

  async moveTo(group: string, model: string): Promise<void> {
    await this.#whileEmpty(group, () => this.#checkpoints.copy(model, group))
  }

  async hasReached(group: string, model: string): Promise<boolean> {
    const [position, expected] = await Promise.all([this.#checkpoints.load(group), this.#checkpoints.load(model)])
    return compareGlobalPositions(position, expected) >= 0
  }

  async forget(group: string): Promise<void> {
    await this.#whileEmpty(group, () => this.#checkpoints.forget(group))
  }

  async #whileEmpty(group: string, work: () => Promise<void>): Promise<void> {
    await this.#withLock(group, async (held) => {
      if (!held) throw new GroupInUse(group)
      await work()
    })
  }

  async #withLock<Result>(group: string, work: (held: boolean) => Promise<Result>): Promise<Result> {
    const lock = new GroupLock(this.#databaseUrl, group)
    try {
      return await work(await orUnavailable(() => lock.tryAcquire()))
    } finally {
      await lock.release()
    }
  }
}
