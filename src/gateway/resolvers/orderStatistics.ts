import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Ctx, Info, Int, Query, Resolver } from 'type-graphql'
import type {
  AmountByCurrency,
  OrderQueries,
  StatisticsGrouping,
  OrderFilter as StoreFilter,
} from '../../read/index.js'
import { awaitToken } from '../awaitWrite.js'
import type { GatewayContext } from '../context.js'
import { storeFilterOf } from '../orderFilter.js'
import { AT_LEAST, WAIT_MS } from '../types/consistencyArguments.js'
import { type Money, moneyOf } from '../types/money.js'
import { OrderFilter } from '../types/orderFilter.js'
import { OrderStatistics, type OrderStatisticsBucket } from '../types/orderStatistics.js'
import { ConsistencyToken } from '../types/scalars.js'

@Resolver()
export class OrderStatisticsResolver {
  @Query(() => OrderStatistics, { description: 'How many orders there are and what they amount to.' })
  async orderStatistics(
    @Arg('filter', () => OrderFilter, { nullable: true, description: 'Over these orders; over all when left out.' })
    filter: OrderFilter | null | undefined,
    @Arg('atLeast', () => ConsistencyToken, AT_LEAST) atLeast: string | null | undefined,
    @Arg('waitMs', () => Int, WAIT_MS) waitMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<OrderStatistics> {
    const statistics = statisticsOf(storeFilterOf(filter), context.readSide.queries)
    await awaitToken({ atLeast, waitMs }, { kind: 'lists' }, context, info)
    return statistics
  }
}

/** Each part asks the store only when it is selected; orders and totals come from one question. */
function statisticsOf(filter: StoreFilter, queries: OrderQueries): OrderStatistics {
  let sums: ReturnType<OrderQueries['orderTotals']> | undefined
  const totals = () => {
    sums ??= queries.orderTotals(filter)
    return sums
  }
  const buckets = async (grouping: StatisticsGrouping): Promise<OrderStatisticsBucket[]> => {
    const found = await queries.orderStatistics(filter, grouping)
    return found.map((bucket) => ({ ...bucket, totals: amountsOf(bucket.totals) }))
  }
  return {
    get orders() {
      return totals().then(({ orders }) => orders)
    },
    get totals() {
      return totals().then((found) => amountsOf(found.totals))
    },
    get byStatus() {
      return buckets('status')
    },
    get byDay() {
      return buckets('day')
    },
    get byProduct() {
      return buckets('sku')
    },
    get byRegion() {
      return buckets('region')
    },
  }
}

function amountsOf(totals: readonly AmountByCurrency[]): Money[] {
  return totals.map(({ amountMinor, currency }) => moneyOf(amountMinor, currency))
}
