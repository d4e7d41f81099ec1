import type { ProjectionName } from '../contract/documents.js'

/** What a store holds, whatever the log says. */
export interface DocumentInventory {
  /**
   * The ids of all documents of a projection, a page at a time, each at least once if it is there all the while. What was written within the last
   * moments may be absent. Throws StoreUnavailable.
   */
  ids(projection: ProjectionName): AsyncIterable<readonly string[]>
}
