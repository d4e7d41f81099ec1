import type { estypes } from '@elastic/elasticsearch'

/**
 * An amount in two parts, each summed up for itself: Elasticsearch adds in doubles, which are exact up to 2^53 only, and a single amount may
 * come near to that.
 *
 *   amount = high * 2^26 + low     0 <= low < 2^26, high < 2^27
 *
 * so that either sum is exact for any 2^26 (67 million) amounts in one bucket.
 */
export interface AmountParts {
  readonly high: number
  readonly low: number
}

const LOW_BITS = 26
const LOW_VALUES = 2 ** LOW_BITS

/** amountMinor: a safe integer. */
export function amountParts(amountMinor: number): AmountParts {
  const high = Math.floor(amountMinor / LOW_VALUES)
  return { high, low: amountMinor - high * LOW_VALUES }
}

/** What a bucket holds besides its count. */
export interface SummedParts {
  readonly high: { readonly value: number }
  readonly low: { readonly value: number }
}

/** The aggregations that sum up a field of AmountParts. */
export function sumsOf(field: string): Record<keyof SummedParts, estypes.AggregationsAggregationContainer> {
  return { high: { sum: { field: `${field}.high` } }, low: { sum: { field: `${field}.low` } } }
}

export function exactSum({ high, low }: SummedParts): bigint {
  return (BigInt(high.value) << BigInt(LOW_BITS)) + BigInt(low.value)
}
