import type { FeedPosition, OrderChangeItem } from '../read/index.js'
import type { GatewayContext } from './context.js'
import { ALL_CHANGES, changesOf } from './cursors.js'
import { badUserInput } from './errors.js'
import { abortWith, LiveStream, silence } from './liveStream.js'
import { canBeId } from './loaders.js'
import { storeFilterOf } from './orderFilter.js'
import { type OrderChange } from './types/live.js'
import { orderOf } from './types/order.js'
import type { OrderFilter } from './types/orderFilter.js'

/** The live changes of one order. Its cursor is a version of this order, so it never expires. The listener is registered on return. */
export function watchOrder(
  orderId: string,
  since: string | null | undefined,
  context: GatewayContext,
): AsyncGenerator<OrderChange> {
  const sinceVersion = typeof since === 'string' ? context.cursors.read(changesOf(orderId), since, 'since') : undefined
  if (sinceVersion !== undefined && typeof sinceVersion !== 'number') {
    throw badUserInput('Expected since to be a cursor of orderChanged, found another text.')
  }
  const abort = abortWith(context.source.signal())
  const { signal } = abort
  const options = sinceVersion === undefined ? { signal } : { sinceVersion, signal }
  const changes = canBeId(orderId) ? context.readSide.watcher.watchOrder(orderId, options) : silence(signal)
  return new LiveStream(changes, (item) => changeOf(item, context), abort)
}

/** The live changes of all orders that the filter takes. Throws RESUME_EXPIRED where the feed does not reach back to `since`. */
export async function watchOrders(
  filter: OrderFilter | null | undefined,
  since: string | null | undefined,
  context: GatewayContext,
): Promise<AsyncGenerator<OrderChange>> {
  const position = typeof since === 'string' ? context.cursors.read(ALL_CHANGES, since, 'since') : undefined
  if (position !== undefined && typeof position !== 'string') {
    throw badUserInput('Expected since to be a cursor of ordersChanged, found another text.')
  }
  const storeFilter = storeFilterOf(filter)
  const abort = abortWith(context.source.signal())
  const { signal } = abort
  const options = position === undefined ? { signal } : { since: position as FeedPosition, signal }
  const changes = await context.readSide.watcher.watchOrders(storeFilter, options)
  return new LiveStream(changes, (item) => changeOf(item, context), abort)
}

function changeOf(
  { cursor, type, version, previousStatus, order }: OrderChangeItem,
  context: GatewayContext,
): OrderChange {
  // A subscription has one context for all its items: what was read beside an earlier one is older than this one.
  context.loaders.forget()
  return {
    cursor:
      'version' in cursor
        ? context.cursors.issue(changesOf(order.id), cursor.version)
        : context.cursors.issue(ALL_CHANGES, cursor.feed),
    type,
    version,
    previousStatus,
    order: orderOf(order),
  }
}
