import { createClient } from '@redis/client'
import type { Logger } from 'pino'
import { CacheUnavailable } from '../documentCache.js'
import { beginScript, resumeScript, suspendScript } from './periodScripts.js'
import { putScript } from './putScript.js'

/**
 * Of one command. A hanging server costs the requests of one such moment this much, once. Far beyond what Redis takes, because calling a
 * healthy one dead costs more: at 250 ms that happened five times in five minutes on two cores with a load of 15.
 */
const COMMAND_TIMEOUT_MS = 1_000
const CONNECT_TIMEOUT_MS = 2_000
/** Of a connection that says nothing, also in the middle of its greeting. Redis is asked for a sign of life more often than that. */
const SILENCE_MS = 5_000
const PING_MS = 2_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000
const TELL_AGAIN_MS = 60_000

function newClient(url: string) {
  return createClient({
    url,
    // Commands fail at once while there is no connection: nobody waits for a cache.
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    scripts: {
      putDocuments: putScript,
      beginPeriod: beginScript,
      suspendPeriod: suspendScript,
      resumePeriod: resumeScript,
    },
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries) => pauseMs(retries),
    },
  })
}

export type RedisClient = ReturnType<typeof newClient>

/**
 * One connection to Redis that comes back by itself, and never keeps anybody waiting.
 *
 *   connecting ──ready──► ready ──broken, or a command took too long──► connecting
 *
 * While it is connecting every command fails at once. A server that hangs does not get past its greeting, so that it costs one timeout.
 */
export class RedisLink {
  readonly #url: string
  readonly #logger: Logger
  #client: RedisClient
  #isKnownDown = false
  #refusalToldAt = Number.NEGATIVE_INFINITY
  #isClosed = false

  /** url: of Redis, well-formed. */
  constructor(url: string, logger: Logger) {
    this.#url = url
    this.#logger = logger
    this.#client = this.#connect()
  }

  /** Resolves when the first attempt to connect has ended, either way. */
  async settled(): Promise<void> {
    const client = this.#client
    if (client.isReady || this.#isKnownDown) return
    await new Promise<void>((resolve) => {
      client.once('ready', resolve)
      client.once('error', () => resolve())
    })
  }

  /** Runs commands on the connection as it is now. Throws CacheUnavailable, whatever went wrong with them. */
  async run<Reply>(commands: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    const client = this.#client
    const late = deadline(COMMAND_TIMEOUT_MS)
    try {
      return await Promise.race([commands(client), late.passed])
    } catch (error) {
      if (error instanceof TookTooLong) this.#replace(client)
      else if (client.isReady) this.#refused(reasonOf(error))
      throw new CacheUnavailable('Redis did not answer.', { cause: error })
    } finally {
      late.cancel()
    }
  }

  close(): void {
    this.#isClosed = true
    this.#client.destroy()
  }

  #connect(): RedisClient {
    const client = newClient(this.#url)
    client.on('ready', () => {
      if (this.#isKnownDown) this.#logger.info('Redis answers again')
      this.#isKnownDown = false
    })
    client.on('error', (error: unknown) => {
      if (client === this.#client) this.#down(reasonOf(error))
    })
    // It tries again for ever; that it was ended by us is no news.
    client.connect().catch(() => client.destroy())
    return client
  }

  /** For a new connection: what is late on the old one may hang there for ever, and answers come in order. */
  #replace(client: RedisClient): void {
    if (client !== this.#client || this.#isClosed) return
    this.#down(`no answer within ${COMMAND_TIMEOUT_MS} ms`)
    this.#client = this.#connect()
    client.destroy()
  }

  /** For want of memory or of rights, say: every command may meet it. */
  #refused(reason: string): void {
    const now = performance.now()
    if (now - this.#refusalToldAt < TELL_AGAIN_MS) return
    this.#refusalToldAt = now
    this.#logger.warn({ reason }, 'Redis (REDIS_URL) refuses commands of the cache: reads by id go to the read store')
  }

  #down(reason: string): void {
    if (this.#isKnownDown || this.#isClosed) return
    this.#isKnownDown = true
    this.#logger.warn({ reason }, 'Redis (REDIS_URL) does not answer: reads by id go to the read store until it does')
  }
}

class TookTooLong extends Error {
  override readonly name = 'TookTooLong'
}

function deadline(ms: number): { readonly passed: Promise<never>; cancel(): void } {
  const { promise, reject } = Promise.withResolvers<never>()
  // After a turn of the loop: an answer that has arrived while this process was busy is not late.
  const timer = setTimeout(() => setImmediate(() => reject(new TookTooLong())), ms)
  return { passed: promise, cancel: () => clearTimeout(timer) }
}

function pauseMs(retries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** retries, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2)
}

/** What Redis or the network says holds no document: commands are not quoted. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return ('code' in error && typeof error.code === 'string' ? error.code : error.message) || error.name
}
