import { Client } from 'pg'
import { NOTICE_DEAD_HOLDER } from '../../waiting/deadHolder.js'

/** Sets these keys apart from other advisory locks in the database. */
const LOCK_NAME_PREFIX = 'order-gateway/consumer-group/'

/**
 * One active consumer a group: a session advisory lock, on a connection of its own so that it lives as long as the consumer and no longer.
 *
 * It keeps two consumers from doing the same work, no more. One that has lost its connection without knowing it can only repeat events,
 * which the projector's gate drops, and its checkpoint is refused (compare-and-set).
 */
export class GroupLock {
  readonly #databaseUrl: string
  readonly #group: string
  #client: Client | undefined
  #held = false

  constructor(databaseUrl: string, group: string) {
    this.#databaseUrl = databaseUrl
    this.#group = group
  }

  /** False as soon as the connection is known to be lost. */
  get held(): boolean {
    return this.#held
  }

  /** True when the lock is held now; false when another consumer has it. Throws pg's errors. */
  async tryAcquire(): Promise<boolean> {
    if (this.#held) return true
    const client = await this.#connected()
    const { rows } = await client.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held',
      [LOCK_NAME_PREFIX + this.#group],
    )
    this.#held = this.#client === client && rows[0]?.held === true
    return this.#held
  }

  /** Gives the lock back with the connection. */
  async release(): Promise<void> {
    const client = this.#client
    this.#forget(client)
    await client?.end()
  }

  async #connected(): Promise<Client> {
    if (this.#client) return this.#client
    const client = new Client({
      connectionString: this.#databaseUrl,
      application_name: 'order-gateway log consumer',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      options: NOTICE_DEAD_HOLDER,
    })
    // Without a listener a lost connection would be an uncaught error; what it means is that the lock is gone.
    client.on('error', () => this.#forget(client))
    client.on('end', () => this.#forget(client))
    await client.connect()
    this.#client = client
    return client
  }

  #forget(client: Client | undefined): void {
    if (this.#client !== client) return
    this.#client = undefined
    this.#held = false
  }
}
