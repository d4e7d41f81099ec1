import { mayPass } from '../../contract/sqlState.js'
import { LogUnavailable } from './eventStore.js'

/** What the adapter makes of a socket's errors. */
const CONNECTION_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'])
/** Those that it passes on as they are. */
const SOCKET_CODES = new Set(['EPIPE', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
/** pg and pg-pool give the errors of their own making neither code nor class, so here their words have to do. */
const CONNECTION_MESSAGE =
  /^(Connection terminated|timeout (exceeded|expired)|Query read timeout|Client has encountered a connection error|Client was closed)/
/** Prisma needs four; a chain that bites its tail needs an end. */
const MAX_LAYERS = 8

/**
 * Whether the statement may be sent again. Prisma wraps the server's answer in layers whose shape differs
 * between raw statements and the rest, so the whole chain of causes is looked through.
 */
export function mayBeSentAgain(error: unknown): boolean {
  if (error instanceof LogUnavailable) return true
  const state = sqlStateOf(error)
  if (state !== undefined) return mayPass(state)
  return layersOf(error).some(isConnectionError)
}

/**
 * Runs a read, and once more where that may help: a pool learns only by use that a connection is dead, and the next one is often alive.
 * Throws LogUnavailable where it may be repeated later.
 */
export async function orLogUnavailable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work().catch((error: unknown) => {
      if (!mayBeSentAgain(error)) throw error
      return work()
    })
  } catch (error) {
    if (!mayBeSentAgain(error)) throw error
    throw new LogUnavailable('The event log did not answer; the same request may be sent again.', { cause: error })
  }
}

/** The five characters of PostgreSQL, where the server answered at all. */
function sqlStateOf(error: unknown): string | undefined {
  return layersOf(error)
    .map(({ originalCode }) => originalCode)
    .find((code) => typeof code === 'string')
}

function isConnectionError({ kind, code, message }: ErrorLayer): boolean {
  return (
    (typeof kind === 'string' && CONNECTION_KINDS.has(kind)) ||
    (typeof code === 'string' && SOCKET_CODES.has(code)) ||
    (typeof message === 'string' && CONNECTION_MESSAGE.test(message))
  )
}

interface ErrorLayer {
  /** SQLSTATE, set by the adapter. */
  readonly originalCode?: unknown
  readonly kind?: unknown
  readonly code?: unknown
  readonly message?: unknown
}

/** The error and what it is made of, outside first. */
function layersOf(error: unknown): readonly ErrorLayer[] {
  const layers: ErrorLayer[] = []
  let layer = error
  while (typeof layer === 'object' && layer !== null && layers.length < MAX_LAYERS) {
    const fields = layer as ErrorLayer & { driverAdapterError?: unknown; meta?: unknown; cause?: unknown }
    layers.push(fields)
    layer = fields.driverAdapterError ?? fields.meta ?? fields.cause
  }
  return layers
}
