import type { GraphQLResolveInfo } from 'graphql'
import type { OrderDocument } from '../contract/documents.js'
import { parseStreamId } from '../contract/streams.js'
import type { StreamVersion, View, WaitOutcome } from '../read/index.js'
import type { GatewayContext } from './context.js'
import { CallerError, RETRY_AFTER_MS } from './errors.js'
import { canBeId } from './loaders.js'
import { selectedFieldNames } from './selection.js'

export const DEFAULT_WAIT_MS = 2_000

/** A parked stream moves only when an operator releases it: asking again every second would be in vain. */
const PARKED_RETRY_AFTER_MS = 30_000

/** What a root field reads apart from its selection. */
export type RootRead =
  | { readonly kind: 'document' }
  | { readonly kind: 'order'; readonly orderId: string }
  | { readonly kind: 'lists' }

interface ConsistencyArguments {
  readonly atLeast?: string | null | undefined
  readonly waitMs?: number | null | undefined
}

/**
 * Holds a query until everything that its selection reads shows the write of its token.
 *
 * Throws INVALID_TOKEN, or CONSISTENCY_TIMEOUT when that takes longer than waitMs. Without a token it does nothing.
 */
export async function awaitToken(
  { atLeast, waitMs }: ConsistencyArguments,
  root: RootRead,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<void> {
  if (typeof atLeast !== 'string') return
  const target = context.tokens.read(atLeast)
  await awaitViews(target, viewsRead(target, root, info), waitMs ?? DEFAULT_WAIT_MS, context)
}

/** An order by id that shows the write of the token, whether that is the order's own or its customer's. Undefined when there is none. Throws as awaitToken does. */
export async function orderShowing(
  id: string,
  token: ConsistencyArguments,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<OrderDocument | undefined> {
  // The token is waited for, whatever the id is; one that cannot exist never reaches a store.
  const root: RootRead = canBeId(id) ? { kind: 'order', orderId: id } : { kind: 'document' }
  await awaitToken(token, root, context, info)
  const order = await context.loaders.orders.load(id)
  return order && (await asAwaited([order], context))[0]
}

/**
 * These orders, each showing its customer as the request has waited for. Throws CONSISTENCY_TIMEOUT.
 *
 * A wait for a customer's write ends when every order that was there shows it. One that is made at that moment may be written with the older
 * customer, by a projector that has read it just before, and is for as long as it takes to look again: nobody could wait for it before it was
 * there, so whatever was found is waited for by itself.
 */
export async function asAwaited(
  orders: readonly OrderDocument[],
  context: GatewayContext,
): Promise<readonly OrderDocument[]> {
  return Promise.all(
    orders.map(async (order) => {
      const missing = context.awaitedCustomers.missingIn(order)
      if (!missing) return order
      const { target, until } = missing
      const leftMs = Math.max(0, Math.round(until - performance.now()))
      await awaitViews(target, [{ kind: 'order', orderId: order.id }], leftMs, context)
      const again = await context.loaders.orders.load(order.id)
      if (!again || !context.awaitedCustomers.missingIn(again)) return again ?? order
      throw consistencyTimeout(target, { kind: 'timedOut', currentVersion: again.customerVersion })
    }),
  )
}

/** As awaitToken, for the read model beside a command's receipt. Returns its id: the order's, customer's or product's own. */
export async function awaitProjected(
  target: StreamVersion,
  timeoutMs: number,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<string> {
  await awaitViews(target, viewsRead(target, { kind: 'document' }, info), timeoutMs, context)
  return parseStreamId(target.streamId).id
}

async function awaitViews(
  target: StreamVersion,
  views: readonly View[],
  timeoutMs: number,
  context: GatewayContext,
): Promise<void> {
  const { signal, connection } = context.source
  const until = performance.now() + timeoutMs
  const outcome = await context.readSide.waiter.waitFor(target, views, { timeoutMs, signal: signal(), connection })
  if (outcome.kind !== 'reached') throw consistencyTimeout(target, outcome)
  context.loaders.forget()
  context.awaitedCustomers.add({ target, until })
}

/**
 * The views that have to show the write, given what is selected.
 *
 * The stream's own document is always among them: a valid token of any stream is waited for, whether or not the selection reads it.
 */
function viewsRead(target: StreamVersion, root: RootRead, info: GraphQLResolveInfo): readonly View[] {
  const names = selectedFieldNames(info)
  const { category } = parseStreamId(target.streamId)
  const views: View[] = [{ kind: 'document' }]
  if (root.kind === 'lists' || names.has('orders')) views.push({ kind: 'lists' })
  if (category === 'order' && names.has('timeline')) views.push({ kind: 'timeline' })
  if (category === 'customer' && root.kind === 'order') views.push({ kind: 'order', orderId: root.orderId })
  return views
}

function consistencyTimeout(target: StreamVersion, outcome: Exclude<WaitOutcome, { kind: 'reached' }>): CallerError {
  const { id } = parseStreamId(target.streamId)
  const why =
    outcome.kind === 'parked'
      ? 'an event of it could not be applied, and it is set aside until an operator releases it'
      : 'the write is safe, only not shown yet: ask again'
  return new CallerError(
    'CONSISTENCY_TIMEOUT',
    `Expected "${id}" to be shown at version ${target.version}, found it at ${outcome.currentVersion}: ${why}.`,
    {
      currentVersion: outcome.currentVersion,
      expectedVersion: target.version,
      retryAfterMs: outcome.kind === 'parked' ? PARKED_RETRY_AFTER_MS : RETRY_AFTER_MS,
    },
  )
}
