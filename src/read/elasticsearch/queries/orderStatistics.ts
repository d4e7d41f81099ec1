import type { estypes } from '@elastic/elasticsearch'
import { matchesNothing } from '../../matchesNothing.js'
import type { AmountByCurrency, OrderFilter, StatisticsBucket, StatisticsGrouping } from '../../orderQueries.js'
import { filterClauses } from './filterClauses.js'
import { everyGroup, type Group, type Grouping } from './groups.js'
import type { SearchedIndex } from './searchedIndex.js'

const ALL: Grouping<'currency'> = { by: { currency: { terms: { field: 'currency' } } }, amount: 'total' }

const GROUPINGS: Readonly<Record<StatisticsGrouping, Grouping<'key' | 'currency'>>> = {
  status: ordersBy({ terms: { field: 'status' } }),
  day: ordersBy({ date_histogram: { field: 'createdAt', calendar_interval: '1d', format: 'yyyy-MM-dd' } }),
  region: ordersBy({ terms: { field: 'region' } }),
  // An order has one of these lines for each of its skus, so that lines are orders here.
  sku: {
    by: { key: { terms: { field: 'lines.sku' } }, currency: { terms: { field: 'lines.currency' } } },
    amount: 'lines.total',
    nested: 'lines',
  },
}

function ordersBy(key: estypes.AggregationsCompositeAggregationSource): Grouping<'key' | 'currency'> {
  return { by: { key, ...ALL.by }, amount: ALL.amount }
}

export async function orderTotals(
  orders: SearchedIndex,
  filter: OrderFilter,
): Promise<{ readonly orders: number; readonly totals: readonly AmountByCurrency[] }> {
  if (matchesNothing(filter)) return { orders: 0, totals: [] }
  const groups = await everyGroup(orders, { bool: { filter: filterClauses(filter) } }, ALL)
  return { orders: groups.reduce((sum, { count }) => sum + count, 0), totals: groups.map(amountOf) }
}

export async function orderStatistics(
  orders: SearchedIndex,
  filter: OrderFilter,
  grouping: StatisticsGrouping,
): Promise<readonly StatisticsBucket[]> {
  if (matchesNothing(filter)) return []
  const groups = await everyGroup(orders, { bool: { filter: filterClauses(filter) } }, GROUPINGS[grouping])
  return [...Map.groupBy(groups, ({ key }) => key.key)].map(([key, each]) => ({
    key,
    orders: each.reduce((sum, { count }) => sum + count, 0),
    totals: each.map(amountOf),
  }))
}

function amountOf({ key, amountMinor }: Group<'currency'>): AmountByCurrency {
  return { currency: key.currency, amountMinor }
}
