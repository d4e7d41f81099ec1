import type { OrderFilter, OrderSort } from '../read/index.js'
import { asAwaited } from './awaitWrite.js'
import { ListPage, type PageArguments } from './connections.js'
import type { GatewayContext } from './context.js'
import { ordersSortedBy } from './cursors.js'
import { type Order, orderOf } from './types/order.js'
import type { OrderConnection } from './types/orderConnection.js'

/** A page of the orders that a filter takes. */
export function orderConnection(
  filter: OrderFilter,
  sort: OrderSort,
  args: PageArguments,
  context: GatewayContext,
): OrderConnection {
  const { queries } = context.readSide
  const list = new ListPage<Order>(
    {
      scope: ordersSortedBy(sort),
      backward: true,
      page: async (request) => {
        const { items, hasMore } = await queries.listOrders(filter, sort, request)
        const orders = await asAwaited(
          items.map(({ node }) => node),
          context,
        )
        return { items: items.map(({ node, key }, index) => ({ node: orderOf(orders[index] ?? node), key })), hasMore }
      },
    },
    args,
    context.cursors,
  )
  return {
    get edges() {
      return list.edges
    },
    get nodes() {
      return list.nodes
    },
    get pageInfo() {
      return list.pageInfo
    },
    get totalCount() {
      return queries.countOrders(filter)
    },
  }
}
