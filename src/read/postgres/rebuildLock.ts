import { Client } from 'pg'
import { NOTICE_DEAD_HOLDER } from '../../waiting/deadHolder.js'
import { GenerationsBusy } from '../generationRegistry.js'
import { orUnavailable } from './translateErrors.js'

const REBUILD_LOCK = 'order-gateway/rebuild'

/** Held by whoever changes generations, on a connection of its own: it ends with that, also where the process is killed. */
export class RebuildLock {
  readonly #databaseUrl: string
  #client: Client | undefined

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl
  }

  /**
   * Returns while it is held: as it was, or again where its connection was lost meanwhile. Throws GenerationsBusy where somebody else has it,
   * StoreUnavailable.
   */
  async hold(): Promise<void> {
    if (await this.#isHeld()) return
    await this.release()
    const client = new Client({
      connectionString: this.#databaseUrl,
      application_name: 'order-gateway rebuild',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      options: NOTICE_DEAD_HOLDER,
    })
    // A lost connection is no uncaught error: it is seen by who asks whether the lock is held.
    client.on('error', () => undefined)
    let isHeld = false
    try {
      isHeld = await isTaken(client)
    } finally {
      // A connection without the lock is not kept: it would be taken for one with it.
      if (isHeld) this.#client = client
      else await client.end().catch(() => undefined)
    }
    if (!isHeld) throw new GenerationsBusy()
  }

  async release(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.end().catch(() => undefined)
  }

  async #isHeld(): Promise<boolean> {
    try {
      return this.#client !== undefined && (await this.#client.query('SELECT')) !== undefined
    } catch {
      return false
    }
  }
}

function isTaken(client: Client): Promise<boolean> {
  return orUnavailable(async () => {
    await client.connect()
    const { rows } = await client.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held',
      [REBUILD_LOCK],
    )
    return rows[0]?.held === true
  })
}
