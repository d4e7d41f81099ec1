import type { OrderWatcher, VersionWaiter } from './consistency.js'
import type { DocumentReader } from './documentStore.js'
import type { OrderQueries } from './orderQueries.js'
import type { ProjectionStatusBoard } from './projectionStatus.js'

/** The read side's public face: everything a query or a subscription may ask. Nothing in it writes. */
export interface ReadSide {
  readonly documents: DocumentReader
  readonly queries: OrderQueries
  readonly waiter: VersionWaiter
  readonly watcher: OrderWatcher
  readonly status: Pick<ProjectionStatusBoard, 'read'>
}
