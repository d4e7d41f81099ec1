import type { GlobalPosition } from '../contract/globalPosition.js'

/** How far each consumer group has come. Only ever forward. */
export interface CheckpointStore {
  /** START_OF_LOG for a group that never saved. Throws BusUnavailable. */
  load(group: string): Promise<GlobalPosition>
  /**
   * Moves the group's checkpoint from `from` to `to`, durably, if it still stands at `from`. False when it does not: another consumer of
   * the group moved it. Throws BusUnavailable.
   */
  save(group: string, from: GlobalPosition, to: GlobalPosition): Promise<boolean>
}
