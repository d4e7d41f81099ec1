/** When lists, search and statistics find what a read by id shows: at once in a database, after a refresh in a search engine. */
export interface Searchability {
  /** Everything acknowledged before this call is found when it returns. Many call at once: one refresh may serve them all. Throws StoreUnavailable. */
  reached(): Promise<void>
}
