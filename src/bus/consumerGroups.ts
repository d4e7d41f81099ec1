/**
 * Consumer groups as wholes, for whoever hands the work of one over to another: a rebuild, and the switch at its end. Every method throws
 * BusUnavailable.
 */
export interface ConsumerGroups {
  /** Whether nobody is in the group just now. */
  isEmpty(group: string): Promise<boolean>
  /** Puts `group`, which has to be empty, where `model` stands, forward or back. Throws GroupInUse where somebody is in it. */
  moveTo(group: string, model: string): Promise<void>
  /** Whether `group` has committed everything that `model` has. */
  hasReached(group: string, model: string): Promise<boolean>
  /** As if it had never been; a group that never was is no fault. Throws GroupInUse. */
  forget(group: string): Promise<void>
}

/** Somebody is in a group that should be empty. Retriable: whoever is in it may be about to leave. */
export class GroupInUse extends Error {
  override readonly name = 'GroupInUse'
  readonly code = 'GROUP_IN_USE'
  readonly retryable = true

  constructor(group: string) {
    super(`Expected nobody to work in the group ${group}, found somebody.`)
  }
}
