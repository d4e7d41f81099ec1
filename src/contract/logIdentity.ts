/** Which event log it is, for everything that is filled from it: topics, indices, caches. */
export interface LogIdentity {
  /** Made by the first migration; stands in tokens, envelopes, topics, indices and keys. */
  readonly installationId: string
  /**
   * Another one after each restore from a backup. What was filled from an earlier history may hold events that this log does not have, and
   * new ones would be taken for repeats of them. A log that was never restored has its installation's id.
   */
  readonly historyId: string
}
