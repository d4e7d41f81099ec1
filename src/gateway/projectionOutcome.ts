import { parseStreamId } from '../contract/streams.js'
import type { StreamVersion, View, WaitOutcome } from '../read/index.js'
import type { GatewayContext } from './context.js'
import { abortWith, LiveStream } from './liveStream.js'
import { ProjectionOutcome, ProjectionOutcomeStatus, type Visibility } from './types/live.js'
import { orderOf } from './types/order.js'

/**
 * Waits for one write and gives exactly one outcome.
 *
 * The wait begins before this returns: what is announced while the subscription is being set up is not missed. Throws INVALID_TOKEN.
 */
export function projectionCompleted(
  token: string,
  level: Visibility,
  timeoutMs: number,
  context: GatewayContext,
): AsyncGenerator<ProjectionOutcome> {
  const target = context.tokens.read(token)
  const abort = abortWith(context.source.signal())
  const { signal } = abort
  const { connection } = context.source
  const startedAt = performance.now()
  // Settled by hand: nobody takes the rejection of a subscription that is closed before its first item is asked for.
  const ending = context.readSide.waiter
    .waitFor(target, viewsOf(target, level), { timeoutMs, signal, connection, everywhere: true })
    .then(
      (outcome) => async () => outcomeOf(target, outcome, performance.now() - startedAt, context),
      (error: unknown) => async () => {
        throw error
      },
    )
  return new LiveStream(oneItem(ending), (outcome) => outcome, abort)
}

/** A wait whose signal aborts is answered at once: a server that is about to stop still gives its outcome, TIMED_OUT. */
async function* oneItem<Item>(ending: Promise<() => Promise<Item>>): AsyncGenerator<Item, undefined> {
  const end = await ending
  yield await end()
}

/**
 * Everything that feeds queries of this level. A customer's name stands on each of their orders, so that even a query by id of one of
 * them shows the write only when all do.
 */
function viewsOf({ streamId }: StreamVersion, level: Visibility): readonly View[] {
  const { category } = parseStreamId(streamId)
  return [
    { kind: 'document' },
    ...(category === 'order' ? [{ kind: 'timeline' } as const] : []),
    ...(level === 'SEARCHABLE' || category === 'customer' ? [{ kind: 'lists' } as const] : []),
  ]
}

const STATUS: { readonly [Kind in WaitOutcome['kind']]: ProjectionOutcomeStatus } = {
  reached: ProjectionOutcomeStatus.VISIBLE,
  parked: ProjectionOutcomeStatus.QUARANTINED,
  timedOut: ProjectionOutcomeStatus.TIMED_OUT,
}

async function outcomeOf(
  target: StreamVersion,
  outcome: WaitOutcome,
  elapsedMs: number,
  context: GatewayContext,
): Promise<ProjectionOutcome> {
  const { category, id } = parseStreamId(target.streamId)
  const document =
    outcome.kind === 'reached' && category === 'order' ? await context.loaders.orders.load(id) : undefined
  return {
    status: STATUS[outcome.kind],
    streamId: id,
    version: target.version,
    elapsedMs,
    order: document ? orderOf(document) : null,
  }
}
