import { CacheUnavailable, type DocumentCache } from '../read/cache/documentCache.js'

/**
 * A cache in another process, of which is known only how long its entries live: whoever writes past it has to wait that long. The projector in that
 * process suspends and resumes it.
 */
export function unreachableCache(ttlMs: number): DocumentCache {
  const unreachable = () => Promise.reject(new CacheUnavailable('The cache is in another process.'))
  const ownProjector = () => Promise.resolve()
  return { ttlMs, get: unreachable, now: unreachable, put: unreachable, suspend: ownProjector, resume: ownProjector }
}
