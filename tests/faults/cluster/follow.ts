import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { expect } from 'vitest'
import { WebSocket } from 'ws'
import { eventually } from '../../support/eventually.js'
import { type Acknowledged, type LoadOptions, runLoad } from './load.js'

const CHANGED = 'subscription ($since: String) { ordersChanged(since: $since) { cursor version order { id } } }'
const RETRY_PAUSE_MS = 100
const CONVERGED_WITHIN_MS = 60_000
/** One that listened in time has every change of a load so long after it. */
const LISTENS_WITHIN_MS = 5_000
/** Of the loads that show whether a follower listens. */
const FEW_COMMANDS = 20

interface Item {
  readonly cursor: string
  readonly version: number
  readonly order: { readonly id: string }
}

/**
 * An app that follows the changes of all orders. After `changesPerConnection` of them, and whenever its connection breaks, it goes on at the next
 * gateway, behind the last change that it was given.
 */
export class Follower {
  readonly #urls: () => readonly string[]
  readonly #changesPerConnection: number
  readonly #versions = new Map<string, number[]>()
  readonly #running: Promise<void>
  #cursor: string | undefined
  #client: ReturnType<typeof createClient> | undefined
  #stopped = false

  constructor(urls: LoadOptions['urls'], changesPerConnection: number) {
    this.#urls = urls
    this.#changesPerConnection = changesPerConnection
    this.#running = this.#follow()
    // Told by `stop`.
    this.#running.catch(() => undefined)
  }

  /** Of an order's changes, as they came. */
  versionsOf(orderId: string): readonly number[] {
    return this.#versions.get(orderId) ?? []
  }

  /** Rejects where a gateway said that it can't go on. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#client?.dispose()
    await this.#running
  }

  async #follow(): Promise<void> {
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      const url = this.#urls()[attempt % this.#urls().length] ?? ''
      this.#client = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 })
      try {
        await this.#take(this.#client)
      } catch (error) {
        if (error instanceof Lost) throw error
        await delay(RETRY_PAUSE_MS)
      } finally {
        await this.#client.dispose()
      }
    }
  }

  async #take(client: ReturnType<typeof createClient>): Promise<void> {
    let taken = 0
    const variables = this.#cursor === undefined ? {} : { since: this.#cursor }
    for await (const { data, errors } of client.iterate<{ ordersChanged: Item }>({ query: CHANGED, variables })) {
      if (errors?.some(({ extensions }) => extensions?.code === 'RESUME_EXPIRED'))
        throw new Lost(JSON.stringify(errors))
      if (!data) throw new Error(JSON.stringify(errors))
      const { cursor, version, order } = data.ordersChanged
      this.#cursor = cursor
      this.#versions.set(order.id, [...this.versionsOf(order.id), version])
      taken += 1
      if (taken === this.#changesPerConnection) return
    }
  }
}

/** The service can't say any more what came behind the cursor. */
class Lost extends Error {}

/** Followers that are known to listen, to be stopped by the caller: one on a lasting connection and one that goes from gateway to gateway. */
export async function startFollowing(name: string, urls: LoadOptions['urls']): Promise<readonly Follower[]> {
  const followers = [new Follower(urls, Number.POSITIVE_INFINITY), new Follower(urls, 25)]
  for (let round = 0; ; round += 1) {
    const { acknowledged } = await runLoad({ name: `${name}-before-${round}`, urls, commands: FEW_COMMANDS })
    const last = acknowledged.findLast(isOfOrder)
    const listen = () => followers.every((follower) => last && hasSeen(follower, last))
    if (await eventually(listen, LISTENS_WITHIN_MS).catch(() => false)) return followers
  }
}

/** Each change came exactly once and in order, to each of them; repeats that are still on their way are waited for behind some more changes. */
export async function expectEachChangeOnce(
  followers: readonly Follower[],
  acknowledged: readonly Acknowledged[],
  { name, urls }: Pick<LoadOptions, 'name' | 'urls'>,
): Promise<void> {
  const after = await runLoad({ name: `${name}-after`, urls, commands: FEW_COMMANDS })
  const changes = [...acknowledged, ...after.acknowledged].filter(isOfOrder)
  const expected = Map.groupBy(changes, orderIdOf)
  for (const follower of followers) {
    await eventually(() => changes.every((each) => hasSeen(follower, each)), CONVERGED_WITHIN_MS).catch(() => undefined)
    for (const [orderId, its] of expected) {
      expect(follower.versionsOf(orderId), orderId).toEqual(its.map(({ version }) => version).sort((a, b) => a - b))
    }
  }
}

function isOfOrder({ streamId }: Acknowledged): boolean {
  return streamId.startsWith('order-')
}

function orderIdOf({ streamId }: Acknowledged): string {
  return streamId.replace(/^order-/, '')
}

function hasSeen(follower: Follower, change: Acknowledged): boolean {
  return follower.versionsOf(orderIdOf(change)).includes(change.version)
}
