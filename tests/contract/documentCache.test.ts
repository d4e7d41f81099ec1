import { InProcessDocumentCache } from '../../src/read/cache/inProcessDocumentCache.js'
import { describeDocumentCache } from './documentCache.conformance.js'

describeDocumentCache('InProcessDocumentCache', (ttlMs) => {
  const cache = new InProcessDocumentCache({ ttlMs })
  return Promise.resolve({ cache, elsewhere: cache, close: () => Promise.resolve() })
})
