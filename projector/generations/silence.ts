import { NO_DOCUMENT_CACHE } from '../../src/read/cache/noDocumentCache.js'
import type { ProjectorOptions } from '../projector.js'

/** A projector of documents that nobody reads tells nobody of them: no announcement, no cache, no status. */
export const SILENCE: Pick<ProjectorOptions, 'feed' | 'cache' | 'status' | 'isReplay'> = {
  feed: { publish: () => Promise.resolve() },
  cache: NO_DOCUMENT_CACHE,
  status: { report: () => Promise.resolve() },
  isReplay: true,
}
