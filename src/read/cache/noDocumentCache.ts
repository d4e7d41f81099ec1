import type { DocumentCache } from './documentCache.js'

const NO_INSTANT = { at: 0, period: '' }

/** Where gateways read the store itself: holds nothing, so that nothing in it can be older than anything. */
export const NO_DOCUMENT_CACHE: DocumentCache = {
  ttlMs: 0,
  get: () => Promise.resolve({ documents: new Map(), asOf: NO_INSTANT }),
  now: () => Promise.resolve(NO_INSTANT),
  put: () => Promise.resolve(true),
  suspend: () => Promise.resolve(),
  resume: () => Promise.resolve(),
}
