import type { DocumentInventory } from './documentInventory.js'
import type { DocumentStore } from './documentStore.js'
import type { Generations } from './generations.js'
import type { OrderQueries } from './orderQueries.js'
import type { ParkedStreams } from './parkedStreams.js'
import type { ProjectionStatusBoard } from './projectionStatus.js'

/** Everything that one server keeps of the read side, opened together and closed together. As readers see it: of the generation that is current. */
export interface ReadStore {
  readonly documents: DocumentStore
  readonly inventory: DocumentInventory
  readonly queries: OrderQueries
  readonly parked: ParkedStreams
  readonly generations: Generations
  readonly status: ProjectionStatusBoard
  isReachable(): Promise<boolean>
  close(): Promise<void>
}
