import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Documents, ProjectionName } from '../../../contract/documents.js'
import { chunks } from '../../chunks.js'
import {
  type CacheAnswer,
  type CacheableDocument,
  type CacheInstant,
  CacheUnavailable,
  type DocumentCache,
  ENTRY_TTL_MS,
  FLOOR_TTL_MS,
  SUSPENDED,
} from '../documentCache.js'
import { sourceVersions } from '../sourceVersions.js'
import type { RedisClient, RedisLink } from './redisLink.js'
import { fromStoredText, isOurs, toStoredText } from './storedText.js'

/** Of one script: some milliseconds in which Redis answers nobody else. */
const DOCUMENTS_PER_PUT = 100

/**
 * Entries in Redis, for any number of gateways and projectors. Keys hold the installation, the projection and the id, nothing else.
 *
 * Redis needs no persistence and no replica for this: what it forgets is read from the store again. A replica that takes over with less than
 * its master had acknowledged can show what is older by up to an entry's life.
 */
export class RedisDocumentCache implements DocumentCache {
  readonly ttlMs: number
  readonly #link: RedisLink
  readonly #prefix: string
  readonly #logger: Logger
  #hasWarnedOfForeign = false

  /** prefix: of all keys, with the installation's id in it. */
  constructor(link: RedisLink, prefix: string, logger: Logger, ttlMs = ENTRY_TTL_MS) {
    this.#link = link
    this.#prefix = prefix
    this.#logger = logger
    this.ttlMs = ttlMs
  }

  async get<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
  ): Promise<CacheAnswer<Documents[Name]>> {
    if (ids.length === 0) return { documents: new Map(), asOf: await this.now() }
    const keys = ids.map((id) => this.#entryKey(projection, id))
    // Sent together and run in this order, so that the instant lies before the read. The period is read with the documents, in one command.
    const [time, [period, ...texts]] = await this.#inPeriod(
      (client) => Promise.all([client.time(), client.mGet([this.#periodKey, ...keys])]),
      ([, [period]]) => period,
    )
    const asOf = instantOf(time, period)
    const documents = new Map<string, Documents[Name]>()
    if (asOf.period === SUSPENDED) return { documents, asOf }
    for (const [index, id] of ids.entries()) {
      const text = texts[index]
      if (typeof text !== 'string') continue
      const document = fromStoredText(projection, id, text, asOf.period)
      if (document) documents.set(id, document)
      else if (!isOurs(text)) this.#warnOfForeign(projection)
    }
    return { documents, asOf }
  }

  async now(): Promise<CacheInstant> {
    const [time, period] = await this.#inPeriod(
      (client) => Promise.all([client.time(), client.get(this.#periodKey)]),
      ([, period]) => period,
    )
    return instantOf(time, period)
  }

  async put(documents: readonly CacheableDocument[], asOf: CacheInstant): Promise<boolean> {
    const periods = await Promise.all(chunks(documents, DOCUMENTS_PER_PUT).map((some) => this.#put(some, asOf)))
    if (periods.includes(SUSPENDED)) return false
    if (periods.every((period) => period === asOf.period)) return true
    throw new CacheUnavailable('The cache was suspended since.')
  }

  async suspend(generation: number): Promise<void> {
    await this.#link.run((client) => client.suspendPeriod(this.#periodKey, generation))
  }

  async resume(generation: number): Promise<void> {
    await this.#link.run((client) => client.resumePeriod(this.#periodKey, generation, randomUUID()))
  }

  /**
   * Asks once more, in a period that begins with it, where there is none: Redis was started anew, or has forgotten. Floors are gone then, so that
   * nothing may be put that was read before.
   */
  async #inPeriod<Reply>(
    read: (client: RedisClient) => Promise<Reply>,
    periodIn: (reply: Reply) => unknown,
  ): Promise<Reply> {
    const reply = await this.#link.run(read)
    if (typeof periodIn(reply) === 'string') return reply
    await this.#link.run((client) => client.beginPeriod(this.#periodKey, randomUUID()))
    return this.#link.run(read)
  }

  /** Returns the period that it met. */
  async #put(documents: readonly CacheableDocument[], { at, period }: CacheInstant): Promise<string> {
    const keys = documents.flatMap(({ projection, document }) => [
      this.#entryKey(projection, document.id),
      `${this.#prefix}floor:${projection}:${document.id}`,
    ])
    const values = documents.flatMap((each) => {
      const { own, other } = sourceVersions(each)
      return [String(own), String(other), toStoredText(each.projection, each.document, period)]
    })
    const settings = [period, String(at), String(this.ttlMs), String(FLOOR_TTL_MS)]
    return this.#link.run((client) => client.putDocuments([this.#periodKey, ...keys], [...settings, ...values]))
  }

  get #periodKey(): string {
    return `${this.#prefix}period`
  }

  #entryKey(projection: ProjectionName, id: string): string {
    return `${this.#prefix}${projection}:${id}`
  }

  #warnOfForeign(projection: ProjectionName): void {
    if (this.#hasWarnedOfForeign) return
    this.#hasWarnedOfForeign = true
    this.#logger.warn(
      { prefix: this.#prefix, projection },
      'Redis holds something that is no document of ours under a key of the cache: it is overwritten. Set REDIS_PREFIX to one that nobody else uses',
    )
  }
}

/** TIME answers with seconds and microseconds. */
function instantOf([seconds, microseconds]: readonly string[], period: unknown): CacheInstant {
  const at = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000)
  return { at, period: typeof period === 'string' ? period : '' }
}
