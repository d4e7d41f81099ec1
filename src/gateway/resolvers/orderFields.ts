import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import type { OrderTimelineEntryDocument } from '../../contract/documents.js'
import type { GatewayContext } from '../context.js'
import { timelineOf } from '../cursors.js'
import { badUserInput } from '../errors.js'
import { Customer } from '../types/customer.js'
import { Order } from '../types/order.js'
import { OrderTimelineConnection } from '../types/orderTimeline.js'

/** Few orders have more: one page shows a whole life. */
const DEFAULT_ENTRIES = 50

/** What an order shows of other read models. */
@Resolver(() => Order)
export class OrderFieldsResolver {
  @FieldResolver(() => Customer, { nullable: true, description: "The customer's own read model, batched per request." })
  async customer(@Root() order: Order, @Ctx() context: GatewayContext): Promise<Customer | null> {
    return (await context.loaders.customers.load(order.customerId)) ?? null
  }

  @FieldResolver(() => OrderTimelineConnection, {
    description: 'What happened to this order, oldest first: a second read model, built by its own projection.',
  })
  async timeline(
    @Root() order: Order,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_ENTRIES,
      description: 'At most so many entries, 1 to 100.',
    })
    first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Begin behind this cursor.' }) after:
      | string
      | null
      | undefined,
    @Ctx() context: GatewayContext,
  ): Promise<OrderTimelineConnection> {
    const behind = typeof after === 'string' ? versionAt(order.id, after, context) : 0
    const document = await context.loaders.timelines.load(order.id)
    return timelinePage(order.id, document?.entries ?? [], behind, first ?? DEFAULT_ENTRIES, context)
  }
}

function versionAt(orderId: string, after: string, context: GatewayContext): number {
  const version = context.cursors.read(timelineOf(orderId), after, 'after')
  if (typeof version !== 'number')
    throw badUserInput('Expected after to be a cursor of this timeline, found another text.')
  return version
}

function timelinePage(
  orderId: string,
  entries: readonly OrderTimelineEntryDocument[],
  behind: number,
  limit: number,
  context: GatewayContext,
): OrderTimelineConnection {
  const rest = entries.filter(({ version }) => version > behind)
  const nodes = rest.slice(0, limit)
  const edges = nodes.map((node) => ({ node, cursor: context.cursors.issue(timelineOf(orderId), node.version) }))
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rest.length > nodes.length,
      hasPreviousPage: rest.length < entries.length,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
