import { LogUnavailable } from './eventStore.js'

/** SQLSTATE classes after which the same statement may succeed: connection, transaction rollback, resources, intervention, system. */
const RETRIABLE_CLASSES = new Set(['08', '40', '53', '57', '58'])
const RETRIABLE_STATES = new Set(['55P03'])
/** What the driver says of a connection that never came about, broke, or could not be had in time. */
const CONNECTION_ERROR = /ECONN|EPIPE|ETIMEDOUT|connection|timeout|socket|terminat/i

/**
 * Whether the statement may be sent again: decided here and nowhere else, by SQLSTATE. Prisma wraps the server's answer in two layers
 * whose shape differs between raw statements and the rest, so the whole chain of causes is looked through.
 */
export function isRetriable(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (state !== undefined) return RETRIABLE_CLASSES.has(state.slice(0, 2)) || RETRIABLE_STATES.has(state)
  return error instanceof Error && CONNECTION_ERROR.test(error.message)
}

/** The five characters of PostgreSQL, where the server answered at all. */
export function sqlStateOf(error: unknown): string | undefined {
  for (const layer of layersOf(error)) {
    for (const name of ['originalCode', 'code'] as const) {
      const value = layer[name]
      if (typeof value === 'string' && /^[0-9A-Z]{5}$/.test(value) && !/^P[12]\d{3}$/.test(value)) return value
    }
  }
  return undefined
}

/** Runs a read and throws LogUnavailable where it may be repeated. */
export async function orLogUnavailable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!isRetriable(error)) throw error
    throw new LogUnavailable('The event log did not answer; the same request may be sent again.', { cause: error })
  }
}

function* layersOf(error: unknown): Generator<Record<string, unknown>> {
  let layer = error
  for (let depth = 0; depth < 6 && typeof layer === 'object' && layer !== null; depth++) {
    const fields = layer as Record<string, unknown>
    yield fields
    layer = fields.driverAdapterError ?? fields.meta ?? fields.cause
  }
}
