import type { StreamVersion } from '../contract/consistencyToken.js'

/** When lists, search and statistics find what a read by id shows: at once in a database, after a refresh in a search engine. */
export interface Searchability {
  /**
   * Lists, search and statistics show `shown` at least when it returns. shown: what reads by id show already. Many call at once: one refresh may
   * serve them all. Throws StoreUnavailable.
   */
  reached(shown: StreamVersion): Promise<void>
}
