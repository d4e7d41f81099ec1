import { Arg, ID, Int, Resolver, Root, Subscription } from 'type-graphql'
import type { GatewayContext } from '../context.js'
import { watchOrder, watchOrders } from '../orderChanges.js'
import { projectionCompleted } from '../projectionOutcome.js'
import { OrderChange, ProjectionOutcome, Visibility } from '../types/live.js'
import { OrderFilter } from '../types/orderFilter.js'
import { ConsistencyToken } from '../types/scalars.js'

const DEFAULT_TIMEOUT_MS = 10_000
const SINCE = 'The cursor of the last item that you have seen.'

/** What `subscribe` is given: type-graphql does not type the arguments, the schema has checked them. */
interface Subscribing<Arguments> {
  readonly args: Arguments
  readonly context: GatewayContext
}

@Resolver()
export class LiveUpdatesResolver {
  @Subscription(() => OrderChange, {
    description:
      'Live order status. Without since the first item is the present state, then every change in order; with since the first item is the next change after it. ' +
      'An order that is not there yet is waited for; one that you may not see looks the same. A bad since is BAD_USER_INPUT.',
    subscribe: ({ args, context }: Subscribing<{ orderId: string; since?: string | null }>) =>
      watchOrder(args.orderId, args.since, context),
  })
  orderChanged(
    @Root() change: OrderChange,
    @Arg('orderId', () => ID, { description: 'The order.' }) _orderId: string,
    @Arg('since', () => String, { nullable: true, description: SINCE }) _since: string | null | undefined,
  ): OrderChange {
    return change
  }

  @Subscription(() => OrderChange, {
    description:
      'Every change from now on (or after since) of every order that you may see. The filter looks at the order as it is after the change.',
    subscribe: ({ args, context }: Subscribing<{ filter?: OrderFilter | null; since?: string | null }>) =>
      watchOrders(args.filter, args.since, context),
  })
  ordersChanged(
    @Root() change: OrderChange,
    @Arg('filter', () => OrderFilter, { nullable: true, description: 'Which orders; all when left out.' })
    _filter: OrderFilter | null | undefined,
    @Arg('since', () => String, { nullable: true, description: SINCE }) _since: string | null | undefined,
  ): OrderChange {
    return change
  }

  @Subscription(() => ProjectionOutcome, {
    description:
      'Ends the wait after a command: exactly one outcome, then completes. Also when the projection was done before the subscription began.',
    subscribe: ({
      args,
      context,
    }: Subscribing<{ token: string; level?: Visibility | null; timeoutMs?: number | null }>) =>
      projectionCompleted(args.token, args.level ?? Visibility.DOCUMENT, args.timeoutMs ?? DEFAULT_TIMEOUT_MS, context),
  })
  projectionCompleted(
    @Root() outcome: ProjectionOutcome,
    @Arg('token', () => ConsistencyToken, { description: "The command's receipt." }) _token: string,
    @Arg('level', () => Visibility, {
      nullable: true,
      defaultValue: Visibility.DOCUMENT,
      description: 'What has to show it.',
    })
    _level: Visibility | null | undefined,
    @Arg('timeoutMs', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_TIMEOUT_MS,
      description: 'How long to wait, in milliseconds: 0 to 60,000.',
    })
    _timeoutMs: number | null | undefined,
  ): ProjectionOutcome {
    return outcome
  }
}
