import { parseMinor } from '../contract/amounts.js'
import type { OrderSort, OrderFilter as StoreFilter } from '../read/index.js'
import { badUserInput } from './errors.js'
import { canBeId } from './loaders.js'
import type { OrderFilter } from './types/orderFilter.js'

/** No order has one of no states. */
const MATCHES_NOTHING: StoreFilter = { status: [] }

/** What the read side is asked for a filter of the API. Throws BAD_USER_INPUT. */
export function storeFilterOf(filter: OrderFilter | null | undefined): StoreFilter {
  if (!filter) return {}
  const { customerId, status, createdFrom, createdTo, currency, minTotal, maxTotal, sku } = filter
  const amounts = { ...amount('minTotal', minTotal, currency), ...amount('maxTotal', maxTotal, currency) }
  if (typeof currency === 'string') parseOrRefuse('currency', '0', currency)
  if ([customerId, sku].some((id) => typeof id === 'string' && !canBeId(id))) return MATCHES_NOTHING
  return {
    ...present('customerId', customerId),
    ...present('status', status),
    ...present('createdFrom', createdFrom),
    ...present('createdTo', createdTo),
    ...present('currency', currency),
    ...present('sku', sku),
    ...amounts,
  }
}

/** Amounts of different currencies have no order. */
export function checkSort(sort: OrderSort, filter: StoreFilter): void {
  if ((sort === 'TOTAL_ASC' || sort === 'TOTAL_DESC') && filter.currency === undefined && filter !== MATCHES_NOTHING) {
    throw badUserInput(
      `Expected filter.currency with the sort ${sort}, found none: amounts of different currencies cannot be compared.`,
    )
  }
}

function amount(
  field: 'minTotal' | 'maxTotal',
  value: string | null | undefined,
  currency: string | null | undefined,
): StoreFilter {
  if (typeof value !== 'string') return {}
  if (typeof currency !== 'string') {
    throw badUserInput(
      `Expected filter.currency with filter.${field}, found none: amounts of different currencies cannot be compared.`,
    )
  }
  return { [`${field}Minor`]: parseOrRefuse(field, value, currency) }
}

function parseOrRefuse(field: string, value: string, currency: string): number {
  const parsed = parseMinor(value, currency)
  if (typeof parsed !== 'number') throw badUserInput(`filter.${field}: ${parsed.fault}.`)
  return parsed
}

function present<Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { readonly [Each in Name]?: Value } {
  return value === null || value === undefined ? {} : ({ [name]: value } as { [Each in Name]: Value })
}
