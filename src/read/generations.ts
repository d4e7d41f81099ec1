import type { DocumentInventory } from './documentInventory.js'
import type { DocumentStore } from './documentStore.js'
import type { ParkedStreams } from './parkedStreams.js'

/**
 * The sets of read models that a store holds. A generation is all four together, with its own quarantine: an order's document shows its customer,
 * and the customer's says how far its orders are, so that one of them taken from another generation would contradict the others. One generation
 * is current, and is what readers see; the others are being filled, or kept for a way back.
 */
export interface Generations {
  /** The one that readers see. Throws StoreUnavailable. */
  current(): Promise<number>
  /** One that is there. Throws UnknownGeneration, StoreUnavailable. */
  open(generation: number): Promise<GenerationStore>
  /** Makes what is missing of it, for being filled: until `finish` it may be slow to be searched. Throws StoreUnavailable. */
  create(generation: number): Promise<GenerationStore>
  /** After it was filled: makes it as good for readers as the current one, and everything in it searchable. Throws StoreUnavailable. */
  finish(generation: number): Promise<void>
  /** From one moment to the next all readers see this one, and none sees parts of two. Done again, nothing changes. Throws StoreUnavailable. */
  makeCurrent(generation: number): Promise<void>
  /** Deletes one that is not current; one that is gone is no fault. Throws GenerationInUse, StoreUnavailable. */
  drop(generation: number): Promise<void>
}

/** What a projector works on: documents read and written in this generation, whichever readers see. */
export interface GenerationStore {
  readonly documents: DocumentStore
  readonly inventory: DocumentInventory
  readonly parked: ParkedStreams
  /** The consumer group that projects into it and into no other, also where indices of the same name were deleted and made anew. */
  readonly group: string
}

/** There is no such generation in the store. */
export class UnknownGeneration extends Error {
  override readonly name = 'UnknownGeneration'
  readonly code = 'UNKNOWN_GENERATION'
}

/** It is what readers see, and can't be dropped. */
export class GenerationInUse extends Error {
  override readonly name = 'GenerationInUse'
  readonly code = 'GENERATION_IN_USE'

  constructor(generation: number) {
    super(`Expected a generation that readers do not see, found ${generation}, which they do: it can't be dropped.`)
  }
}
