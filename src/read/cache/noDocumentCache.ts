import type { CacheInstant, DocumentCache } from './documentCache.js'

/** Where gateways read the store itself: holds nothing, so that nothing in it can be older than anything. */
export const NO_DOCUMENT_CACHE: DocumentCache = {
  ttlMs: 0,
  get: () => Promise.resolve({ documents: new Map(), asOf: 0 as CacheInstant }),
  now: () => Promise.resolve(0 as CacheInstant),
  put: () => Promise.resolve(),
}
