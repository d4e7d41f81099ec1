import type { GlobalPosition } from '../contract/globalPosition.js'

/** How far each consumer group has come. Whoever works in a group moves it forward only. */
export interface CheckpointStore {
  /** START_OF_LOG for a group that never saved. Throws BusUnavailable. */
  load(group: string): Promise<GlobalPosition>
  /**
   * Moves the group's checkpoint from `from` to `to`, durably, if it still stands at `from`. False when it does not: another consumer of
   * the group moved it. Throws BusUnavailable.
   */
  save(group: string, from: GlobalPosition, to: GlobalPosition): Promise<boolean>
  /**
   * Puts `group` where `model` stands, forward or back, whoever saves at the same time: for a group in which nobody works. Throws BusUnavailable.
   */
  copy(model: string, group: string): Promise<void>
  /** As if the group had never saved. Throws BusUnavailable. */
  forget(group: string): Promise<void>
}
