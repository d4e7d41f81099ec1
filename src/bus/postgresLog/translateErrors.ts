import { DatabaseError } from 'pg'
import { mayPass } from '../../contract/sqlState.js'
import { BusUnavailable } from '../eventBus.js'

/**
 * Runs `work` and throws BusUnavailable where PostgreSQL could not be reached or was overloaded. A fault of ours, such as a wrong statement,
 * goes through as it is: repeating it helps nobody.
 */
export async function orUnavailable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!isOutage(error)) throw error
    throw new BusUnavailable('The event log on PostgreSQL did not answer; it is asked again.', { cause: error })
  }
}

/** pg gives a SQLSTATE only with what the server said; everything else it throws comes from the connection. */
function isOutage(error: unknown): boolean {
  if (error instanceof DatabaseError) return mayPass(error.code ?? '')
  return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError)
}
