import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Ctx, Info, Int, Query, Resolver } from 'type-graphql'
import type { OrderFilter as StoreFilter, OrderSearchHit as StoreHit } from '../../read/index.js'
import { asAwaited, awaitToken } from '../awaitWrite.js'
import { ListPage } from '../connections.js'
import type { GatewayContext } from '../context.js'
import { searchFor } from '../cursors.js'
import { storeFilterOf } from '../orderFilter.js'
import { wordsOf } from '../searchText.js'
import { AT_LEAST, WAIT_MS } from '../types/consistencyArguments.js'
import { orderOf } from '../types/order.js'
import { OrderFilter } from '../types/orderFilter.js'
import { OrderSearchConnection } from '../types/orderSearch.js'
import { ConsistencyToken } from '../types/scalars.js'

@Resolver()
export class OrderSearchResolver {
  @Query(() => OrderSearchConnection, {
    description:
      'Full text over order id, customer name and e-mail, product names and skus, tracking number, city. Every word must match somewhere. A word matches a term ' +
      'at edit distance 0 (up to 3 letters), 1 (4 to 7) or 2 (8 and more), two letters exchanged counting as one. Exact matches before forgiven ones, then newest first, then id.',
  })
  async searchOrders(
    @Arg('query', () => String, { description: 'The words to look for, at most 200 characters.' }) query: string,
    @Arg('filter', () => OrderFilter, { nullable: true, description: 'Only among these orders.' })
    filter: OrderFilter | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'At most so many hits, 1 to 100.' })
    first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Begin behind this cursor.' }) after:
      | string
      | null
      | undefined,
    @Arg('atLeast', () => ConsistencyToken, AT_LEAST) atLeast: string | null | undefined,
    @Arg('waitMs', () => Int, WAIT_MS) waitMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<OrderSearchConnection> {
    const connection = searchConnection(wordsOf(query), storeFilterOf(filter), { first, after }, context)
    await awaitToken({ atLeast, waitMs }, { kind: 'lists' }, context, info)
    return connection
  }
}

function searchConnection(
  words: readonly string[],
  filter: StoreFilter,
  args: { readonly first?: number | null | undefined; readonly after?: string | null | undefined },
  context: GatewayContext,
): OrderSearchConnection {
  const { queries } = context.readSide
  const list = new ListPage<StoreHit>(
    {
      scope: searchFor(words),
      backward: false,
      page: async ({ limit, from }) => {
        const { hits, hasMore } = await queries.searchOrders(words, filter, { limit, ...(from ? { from } : {}) })
        const orders = await asAwaited(
          hits.map(({ order }) => order),
          context,
        )
        return {
          items: hits.map((hit, index) => ({ node: { ...hit, order: orders[index] ?? hit.order }, key: hit.key })),
          hasMore,
        }
      },
    },
    args,
    context.cursors,
  )
  return {
    get edges() {
      return list.edges.then((edges) =>
        edges.map(({ cursor, node: { order, score, highlights } }) => ({
          cursor,
          node: orderOf(order),
          score,
          highlights,
        })),
      )
    },
    get nodes() {
      return list.nodes.then((hits) => hits.map(({ order }) => orderOf(order)))
    },
    get pageInfo() {
      return list.pageInfo
    },
    get totalCount() {
      return queries.countMatches(words, filter)
    },
    get facets() {
      return queries.searchFacets(words, filter)
    },
  }
}
