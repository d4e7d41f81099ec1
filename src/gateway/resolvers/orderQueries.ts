import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Ctx, ID, Info, Int, Query, Resolver } from 'type-graphql'
import { awaitToken, orderShowing } from '../awaitWrite.js'
import type { GatewayContext } from '../context.js'
import { checkSort, storeFilterOf } from '../orderFilter.js'
import { orderConnection } from '../orderLists.js'
import { AT_LEAST, WAIT_MS } from '../types/consistencyArguments.js'
import { Order, orderOf } from '../types/order.js'
import { OrderConnection } from '../types/orderConnection.js'
import { OrderFilter, OrderSort } from '../types/orderFilter.js'
import { ConsistencyToken } from '../types/scalars.js'

@Resolver()
export class OrderQueriesResolver {
  @Query(() => Order, { nullable: true, description: 'One order by its id; null when there is none.' })
  async order(
    @Arg('id', () => ID) id: string,
    @Arg('atLeast', () => ConsistencyToken, AT_LEAST) atLeast: string | null | undefined,
    @Arg('waitMs', () => Int, WAIT_MS) waitMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Order | null> {
    const document = await orderShowing(id, { atLeast, waitMs }, context, info)
    return document ? orderOf(document) : null
  }

  @Query(() => OrderConnection, {
    description: 'Filtered, sorted, paged. With customerId: the orders of one customer, newest first by default.',
  })
  async orders(
    @Arg('filter', () => OrderFilter, { nullable: true, description: 'Which orders; all when left out.' })
    filter: OrderFilter | null | undefined,
    @Arg('sort', () => OrderSort, {
      nullable: true,
      defaultValue: OrderSort.CREATED_AT_DESC,
      description: 'In which order.',
    })
    sort: OrderSort | null | undefined,
    @Arg('first', () => Int, { nullable: true, description: 'At most so many from the beginning, 1 to 100.' })
    first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Begin behind this cursor.' }) after:
      | string
      | null
      | undefined,
    @Arg('last', () => Int, { nullable: true, description: 'At most so many from the end, 1 to 100.' })
    last: number | null | undefined,
    @Arg('before', () => String, { nullable: true, description: 'End before this cursor.' }) before:
      | string
      | null
      | undefined,
    @Arg('atLeast', () => ConsistencyToken, AT_LEAST) atLeast: string | null | undefined,
    @Arg('waitMs', () => Int, WAIT_MS) waitMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<OrderConnection> {
    const storeFilter = storeFilterOf(filter)
    const order = sort ?? OrderSort.CREATED_AT_DESC
    checkSort(order, storeFilter)
    const connection = orderConnection(storeFilter, order, { first, after, last, before }, context)
    await awaitToken({ atLeast, waitMs }, { kind: 'lists' }, context, info)
    return connection
  }
}
