import { DatabaseError } from 'pg'
import { mayPass } from '../../contract/sqlState.js'
import { StoreUnavailable } from '../documentStore.js'

/** How pg and node:net name theirs; the names of a TypeError or of errors of ours are others. */
const CONNECTION_ERRORS = new Set(['Error', 'AggregateError'])
/** Data exception, integrity constraint, and a value too long for an index: the fault is in what was to be written. */
const REJECTING_CLASSES = new Set(['22', '23', '54'])

/**
 * What PostgreSQL had against a statement, without its words: message, detail and context of the original quote the row that was written,
 * and whoever logs an error must not log a customer's name.
 */
export class PostgresFault extends Error {
  override readonly name = 'PostgresFault'
  readonly sqlState: string

  constructor(error: DatabaseError) {
    const place = [error.table, error.constraint, error.routine].filter((part) => part !== undefined).join(', ')
    super(`PostgreSQL answered with SQLSTATE ${error.code ?? 'unknown'} (${place}).`)
    this.sqlState = error.code ?? ''
  }

  /** Whether the values are at fault: the same write fails every time, others do not. */
  get rejectsValues(): boolean {
    return REJECTING_CLASSES.has(this.sqlState.slice(0, 2))
  }
}

/**
 * Runs `work` and throws StoreUnavailable where PostgreSQL could not be reached or was overloaded, PostgresFault where it refused: a fault of
 * the program or of the values, which repeating does not mend.
 */
export async function orUnavailable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw translated(error)
  }
}

/** pg gives a SQLSTATE only with what the server said; every other error of its own comes from the connection. */
function translated(error: unknown): unknown {
  if (error instanceof DatabaseError) {
    const fault = new PostgresFault(error)
    return mayPass(fault.sqlState) ? unavailable(fault) : fault
  }
  return error instanceof Error && CONNECTION_ERRORS.has(error.name) ? unavailable(error) : error
}

function unavailable(cause: Error): StoreUnavailable {
  return new StoreUnavailable('The read store on PostgreSQL did not answer; the same may be asked again.', { cause })
}
