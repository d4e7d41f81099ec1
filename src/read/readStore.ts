import type { DocumentInventory } from './documentInventory.js'
import type { DocumentStore } from './documentStore.js'
import type { OrderQueries } from './orderQueries.js'
import type { ParkedStreams } from './parkedStreams.js'
import type { ProjectionStatusBoard } from './projectionStatus.js'

/** Everything that one server keeps of the read side, opened together and closed together. */
export interface ReadStore {
  readonly documents: DocumentStore
  readonly inventory: DocumentInventory
  readonly queries: OrderQueries
  readonly parked: ParkedStreams
  readonly status: ProjectionStatusBoard
  /** Names the documents' indices as they are now, where they can be made anew while the log goes on: then everything is projected again. */
  readonly generation?: string
  isReachable(): Promise<boolean>
  close(): Promise<void>
}
