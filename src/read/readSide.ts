import type { OrderWatcher, VersionWaiter } from './consistency.js'
import type { DocumentReader } from './documentStore.js'
import type { OrderQueries } from './orderQueries.js'
import type { ProjectionStatusBoard } from './projectionStatus.js'
import type { QuarantineDesk } from './quarantineDesk.js'

/** The read side's public face: everything a query or a subscription may ask. Nothing in it writes but requests to the projector. */
export interface ReadSide {
  readonly documents: DocumentReader
  readonly queries: OrderQueries
  readonly waiter: VersionWaiter
  readonly watcher: OrderWatcher
  readonly status: Pick<ProjectionStatusBoard, 'read'>
  readonly quarantine: Pick<QuarantineDesk, 'list' | 'find' | 'ask'>
}
