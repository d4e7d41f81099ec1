import type { OrderFilter } from '../orderQueries.js'

/** The values of one statement, numbered in the order in which its text mentions them. */
export class Parameters {
  readonly #values: unknown[] = []

  get values(): unknown[] {
    return [...this.#values]
  }

  /** The placeholder of a value. */
  add(value: unknown): string {
    this.#values.push(value)
    return `$${this.#values.length}`
  }
}

/** What a row `i` of read.order_index has to fulfil, one SQL condition a field of the filter. */
export function filterConditions(filter: OrderFilter, parameters: Parameters): readonly string[] {
  const { customerId, status, createdFrom, createdTo, currency, minTotalMinor, maxTotalMinor, sku } = filter
  const conditions: string[] = []
  const require = (value: unknown, condition: (placeholder: string) => string) => {
    if (value !== undefined) conditions.push(condition(parameters.add(value)))
  }
  require(customerId, (value) => `i.customer_id = ${value}`)
  // One status as an equation: then its index gives the rows in the order of the list.
  if (status?.length === 1) require(status[0], (value) => `i.status = ${value}`)
  else require(status, (value) => `i.status = ANY(${value})`)
  require(createdFrom, (value) => `i.created_at >= ${value}`)
  require(createdTo, (value) => `i.created_at < ${value}`)
  require(currency, (value) => `i.currency = ${value}`)
  require(minTotalMinor, (value) => `i.total_minor >= ${value}`)
  require(maxTotalMinor, (value) => `i.total_minor <= ${value}`)
  require(sku, (value) => `i.skus @> ARRAY[${value}::text]`)
  return conditions
}

/** Each word has to be met by one of the terms that match it. */
export function termConditions(termsByWord: readonly (readonly string[])[], parameters: Parameters): readonly string[] {
  return termsByWord.map((terms) => `i.terms && ${parameters.add(terms)}::text[]`)
}

/** WHERE with all of the conditions; nothing for none. */
export function where(...conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
}
