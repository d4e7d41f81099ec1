/**
 * What becomes of each generation of the read models, for everybody who works on them: projectors bring up to date what it names, an operator's
 * rebuild moves a generation from one state to the next.
 *
 *   filling ──► following ──► arriving ──► live ──► leaving ──► kept ──► gone
 *                                            ▲                    │
 *                                            └───── arriving ◄────┘
 */
export interface GenerationRegistry {
  /** By number. Throws StoreUnavailable. */
  list(): Promise<readonly Generation[]>
  /** A new one, in state `filling`; returns its number, which none had before. Throws StoreUnavailable. */
  add(): Promise<number>
  /** All of these changes, or none where one is not in the state that is given as `from`: then false. Throws StoreUnavailable. */
  change(changes: readonly GenerationChange[]): Promise<boolean>
  /** Of a generation that is being filled: how far, for a run that goes on after one that ended; undefined: nothing is. Throws StoreUnavailable. */
  saveFill(generation: number, fill: FillProgress | undefined): Promise<void>
  /** Throws StoreUnavailable. */
  remove(generation: number): Promise<void>
  /**
   * Where the store was made anew, with none of the generations registered: begins again with the one that it has. Throws StoreUnavailable.
   */
  beginWith(generation: number): Promise<void>
  /** Runs `work` while nobody else does who asks the same way, in any process. Throws GenerationsBusy where somebody does. */
  alone<Result>(work: (stillAlone: StillAlone) => Promise<Result>): Promise<Result>
}

/**
 * Returns while this is alone, also where it was not for a moment and is again: what was looked at before has to be looked at once more then. For
 * before a step that can't be taken back. Throws GenerationsBusy, StoreUnavailable.
 */
export type StillAlone = () => Promise<void>

export interface Generation {
  readonly number: number
  readonly state: GenerationState
  /** Undefined as long as nothing of it is filled. */
  readonly fill: FillProgress | undefined
  /** By the database's clock. */
  readonly since: string
}

/**
 * - filling: only the rebuild writes.
 * - following: projectors bring it up to date and say nothing of it.
 * - live: what readers see; projectors announce it.
 * - kept: was live before, and is brought up to date like one that follows, so that the way back shows nothing that is old.
 * - leaving, arriving: during a switch nobody works on them.
 */
export type GenerationState = 'filling' | 'following' | 'arriving' | 'live' | 'leaving' | 'kept'

export interface GenerationChange {
  readonly generation: number
  readonly from: GenerationState
  readonly to: GenerationState
}

export interface FillProgress {
  /** Every stream up to this one is written. */
  readonly streamId: string
  readonly events: number
}

/** Somebody else rebuilds, switches or drops. */
export class GenerationsBusy extends Error {
  override readonly name = 'GenerationsBusy'
  readonly code = 'GENERATIONS_BUSY'

  constructor() {
    super('Expected nobody else to rebuild, found another rebuild at work: wait for its end, or end it.')
  }
}
