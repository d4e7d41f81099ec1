import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { openRedisDocumentCache } from '../../src/read/cache/redis/openRedisDocumentCache.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { describeDocumentCache } from './documentCache.conformance.js'

describeOnStack(['redis'], 'Redis', (stack) => {
  describeDocumentCache('RedisDocumentCache', async (ttlMs) => {
    const options = {
      url: stack.redisUrl,
      prefix: `${stack.prefix}:`,
      installationId: randomUUID(),
      logger: pino({ level: 'warn' }),
      ttlMs,
    }
    const [cache, elsewhere] = await Promise.all([openRedisDocumentCache(options), openRedisDocumentCache(options)])
    return {
      cache,
      elsewhere,
      async close() {
        await Promise.all([cache.close(), elsewhere.close()])
      },
    }
  })
})
