import type { Admin } from 'kafkajs'
import type { Logger } from 'pino'
import { within } from '../waiting/within.js'

/** Nobody's end must wait for a broker that has fallen silent. */
const FORGET_TIMEOUT_MS = 1_500

/**
 * Deletes the group of a reader that has left it. Never rejects: a group that stays behind is nobody's loss, the broker forgets those without members
 * and commits by itself.
 */
export async function forgetGroup(admin: Admin, groupId: string, logger: Logger): Promise<void> {
  try {
    await within(FORGET_TIMEOUT_MS, admin.deleteGroups([groupId]))
  } catch (error) {
    logger.debug({ err: error, groupId }, 'A reader left its group behind')
  }
}
