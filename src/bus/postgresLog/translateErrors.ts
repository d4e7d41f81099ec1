import { DatabaseError } from 'pg'
import { BusUnavailable } from '../eventBus.js'

/** SQLSTATE classes after which the same statement may succeed: connection, rollback, resources, intervention, system. */
const PASSING_CLASSES = new Set(['08', '40', '53', '57', '58'])
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Runs `work` and throws BusUnavailable where PostgreSQL could not be reached or was overloaded. A fault of ours, such as a wrong statement,
 * goes through as it is: repeating it helps nobody.
 */
export async function orUnavailable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!mayPass(error)) throw error
    throw new BusUnavailable('The event log on PostgreSQL did not answer; it is asked again.', { cause: error })
  }
}

/** pg gives a SQLSTATE only with what the server said; everything else it throws comes from the connection. */
function mayPass(error: unknown): boolean {
  if (error instanceof DatabaseError) {
    const { code = '' } = error
    return PASSING_CLASSES.has(code.slice(0, 2)) || code === LOCK_NOT_AVAILABLE
  }
  return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError)
}
