import type { ProjectionName } from '../../contract/documents.js'
import { ATTRIBUTES } from '../../telemetry/attributeNames.js'
import type { Instruments } from '../../telemetry/instruments.js'
import { METRICS } from '../../telemetry/metricNames.js'
import { CacheUnavailable, type DocumentCache } from './documentCache.js'

/** Counts what is found in the cache and what is not. */
export function measuredCache(cache: DocumentCache, instruments: Instruments): DocumentCache {
  const reads = instruments.counter(METRICS.cacheReads)
  const count = (projection: ProjectionName, result: 'hit' | 'miss' | 'unavailable', documents: number) => {
    if (documents > 0) reads.add(documents, { [ATTRIBUTES.projection]: projection, [ATTRIBUTES.result]: result })
  }
  return {
    ttlMs: cache.ttlMs,
    get: async (projection, ids) => {
      try {
        const answer = await cache.get(projection, ids)
        count(projection, 'hit', answer.documents.size)
        count(projection, 'miss', ids.length - answer.documents.size)
        return answer
      } catch (error) {
        if (error instanceof CacheUnavailable) count(projection, 'unavailable', ids.length)
        throw error
      }
    },
    now: () => cache.now(),
    put: (documents, asOf) => cache.put(documents, asOf),
    suspend: (generation) => cache.suspend(generation),
    resume: (generation) => cache.resume(generation),
  }
}
