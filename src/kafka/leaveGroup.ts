import type { Consumer } from 'kafkajs'
import type { Logger } from 'pino'
import { within } from '../waiting/within.js'

/** Leaving waits for the fetch that runs; where the broker has fallen silent, for a minute and more of tries. */
const LEAVE_TIMEOUT_MS = 1_500

/**
 * Leaves a consumer group at once, so that others need not wait for the session timeout. Never rejects. False where it took too long or failed:
 * then the consumer may still be busy behind the caller's back, and hand on what it had fetched.
 */
export async function leaveGroup(consumer: Consumer, groupId: string, logger: Logger): Promise<boolean> {
  try {
    await within(LEAVE_TIMEOUT_MS, consumer.disconnect())
    return true
  } catch (error) {
    logger.warn({ groupId, err: error }, 'The consumer group could not be left in order; it notices by itself')
    return false
  }
}
