import type { Logger } from 'pino'
import type { DocumentCache } from '../documentCache.js'
import { RedisDocumentCache } from './redisDocumentCache.js'
import { RedisLink } from './redisLink.js'

export interface RedisDocumentCacheOptions {
  /** redis[s]://[[user][:password]@]host[:port][/database] */
  readonly url: string
  /** Of every key. */
  readonly prefix: string
  readonly installationId: string
  /**
   * Stands in every key behind the prefix, so that two installations under one prefix never see each other's documents, and a log that was
   * restored none that are ahead of it. Default: the installation's id, as of a log that was never restored.
   */
  readonly historyId?: string
  readonly logger: Logger
  /** Default ENTRY_TTL_MS; the same for everybody who shares the cache. */
  readonly ttlMs?: number
}

export interface OpenedDocumentCache extends DocumentCache {
  isReachable(): Promise<boolean>
  close(): Promise<void>
}

/** A REDIS_URL that nothing could ever be reached at. */
export class InvalidRedisUrl extends Error {
  override readonly name = 'InvalidRedisUrl'
}

/** The cache in Redis, whether Redis answers already or not: it is used when it does. Throws InvalidRedisUrl. */
export async function openRedisDocumentCache({
  url,
  prefix,
  installationId,
  historyId = installationId,
  logger,
  ttlMs,
}: RedisDocumentCacheOptions): Promise<OpenedDocumentCache> {
  checkUrl(url)
  const link = new RedisLink(url, logger)
  await link.settled()
  const cache = new RedisDocumentCache(link, `${prefix}${historyId}:`, logger, ttlMs)
  return Object.assign(cache, {
    isReachable: async () => {
      try {
        await cache.now()
        return true
      } catch {
        // The link has said why.
        return false
      }
    },
    close: async () => link.close(),
  })
}

/** The message does not quote the URL, which may hold a password. */
function checkUrl(url: string): void {
  const { protocol, hostname, pathname } = URL.parse(url) ?? { protocol: '', hostname: '', pathname: '' }
  if (/^rediss?:$/.test(protocol) && hostname !== '' && /^\/?\d*$/.test(pathname)) return
  throw new InvalidRedisUrl(
    'REDIS_URL: expected an address like redis://user:password@host:6379 (rediss:// with TLS), found something else.',
  )
}
