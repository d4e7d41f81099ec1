import * as fc from 'fast-check'
import { CITIES, CUSTOMERS, NAMES, ORDERS, PRODUCT_NAMES, PRODUCTS } from './commands.js'
import type { Past, Step } from './steps.js'

const ORDER = `
  id version status customerId customerName customerEmail trackingNumber cancellationReason estimatedDelivery
  createdAt updatedAt confirmedAt shippedAt deliveredAt cancelledAt
  shippingAddress { line1 line2 city region postalCode country }
  items { sku productName quantity unitPrice { amount currency } lineTotal { amount currency } }
  totalAmount { amount currency } paidAmount { amount currency }`
const PAGE = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }'
const BUCKETS = '{ key orders totals { amount currency } }'

type Variables = (past: Past) => Readonly<Record<string, unknown>>

/** One of four, so that most questions find something. */
const optional = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
const orderId = fc.constantFrom(...ORDERS, 'no such order')
const customerId = fc.constantFrom(...CUSTOMERS)
const sku = fc.constantFrom(...PRODUCTS)

/** Times are those of commands, so that they cut the orders at the same place for every service. */
const filter = fc
  .record({
    customerId: optional(customerId),
    sku: optional(sku),
    status: optional(
      fc.uniqueArray(fc.constantFrom('PENDING', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED'), { maxLength: 3 }),
    ),
    total: fc.constantFrom(
      {},
      {},
      { currency: 'USD' },
      { currency: 'USD', minTotal: '50' },
      { currency: 'JPY', maxTotal: '5000' },
      { minTotal: '5' },
    ),
    from: optional(fc.nat({ max: 150 })),
    to: optional(fc.integer({ min: 150, max: 298 })),
  })
  .map(({ from, to, total, ...conditions }) => (past: Past) => ({
    ...conditions,
    ...total,
    createdFrom: from === undefined ? undefined : past.commandBegan(from),
    createdTo: to === undefined ? undefined : past.commandBegan(to),
  }))

/** Whole words, beginnings, and words with typing errors. */
const word = fc
  .tuple(
    fc.constantFrom(
      ...[...NAMES, ...PRODUCT_NAMES, ...CITIES].flatMap((text) => text.split(/[ -]/)),
      'order',
      '12',
      'example',
      'SKU',
    ),
    fc.constantFrom('as it is', 'as it is', 'exchanged', 'missing', 'doubled', 'without accents'),
    fc.nat({ max: 6 }),
  )
  .map(([text, error, place]) => {
    const letters = [...text]
    const at = place % letters.length
    const [here = '', next = ''] = letters.slice(at, at + 2)
    switch (error) {
      case 'exchanged':
        return letters.toSpliced(at, 2, next, here).join('')
      case 'missing':
        return letters.toSpliced(at, 1).join('')
      case 'doubled':
        return letters.toSpliced(at, 0, here).join('')
      case 'without accents':
        return text.normalize('NFKD').replace(/\p{M}/gu, '')
      default:
        return text
    }
  })
const words = fc.array(word, { minLength: 1, maxLength: 2 }).map((some) => some.join(' '))

function query(operation: string, variables: fc.Arbitrary<Variables>): fc.Arbitrary<Step> {
  return variables.map((each) => ({ operation, variables: each }))
}

const anyQuery = fc.oneof(
  {
    weight: 4,
    arbitrary: query(
      `query ($id: ID!, $atLeast: ConsistencyToken) {
        order(id: $id, atLeast: $atLeast) { ${ORDER}
          customer { id version name email forgotten }
          timeline(first: 3) { nodes { version type summary occurredAt actor } ${PAGE} }
        }
      }`,
      orderId.map((id) => (past) => ({ id, atLeast: past.tokenOf(id) })),
    ),
  },
  {
    weight: 6,
    arbitrary: query(
      `query ($filter: OrderFilter, $sort: OrderSort, $first: Int, $last: Int) {
        orders(filter: $filter, sort: $sort, first: $first, last: $last) { totalCount ${PAGE} edges { cursor node { ${ORDER} } } }
      }`,
      fc
        .record({
          filter,
          sort: fc.constantFrom('CREATED_AT_ASC', 'CREATED_AT_DESC', 'TOTAL_ASC', 'TOTAL_DESC', 'UPDATED_AT_DESC'),
          page: fc.constantFrom({ first: 5 }, { first: 100 }, { last: 4 }, {}),
        })
        .map(({ filter: conditions, sort, page }) => (past) => ({ filter: conditions(past), sort, ...page })),
    ),
  },
  {
    weight: 6,
    arbitrary: query(
      `query ($query: String!, $filter: OrderFilter, $first: Int) {
        searchOrders(query: $query, filter: $filter, first: $first) {
          totalCount ${PAGE} edges { cursor highlights node { ${ORDER} } } facets { field values { value count } }
        }
      }`,
      fc
        .record({
          query: words,
          filter: fc.oneof(
            fc.constant(() => undefined),
            filter,
          ),
          first: fc.constantFrom(3, 100),
        })
        .map(({ query: text, filter: conditions, first }) => (past) => ({
          query: text,
          filter: conditions(past),
          first,
        })),
    ),
  },
  {
    weight: 3,
    arbitrary: query(
      `query ($filter: OrderFilter) {
        orderStatistics(filter: $filter) {
          orders totals { amount currency } byStatus ${BUCKETS} byDay ${BUCKETS} byProduct ${BUCKETS} byRegion ${BUCKETS}
        }
      }`,
      filter.map((conditions) => (past) => ({ filter: conditions(past) })),
    ),
  },
  {
    weight: 2,
    arbitrary: query(
      `query ($id: ID!, $atLeast: ConsistencyToken) {
        customer(id: $id, atLeast: $atLeast) { id version name email forgotten orders(first: 3) { totalCount ${PAGE} nodes { id customerName } } }
      }`,
      customerId.map((id) => (past) => ({ id, atLeast: past.tokenOf(id) })),
    ),
  },
  {
    weight: 1,
    arbitrary: query(
      `query ($sku: ID!, $atLeast: ConsistencyToken) {
        product(sku: $sku, atLeast: $atLeast) { sku version name category onHand updatedAt unitPrice { amount currency } }
      }`,
      sku.map((id) => (past) => ({ sku: id, atLeast: past.tokenOf(id) })),
    ),
  },
  {
    weight: 2,
    arbitrary: query(
      `query ($query: String, $first: Int) {
        products(query: $query, first: $first) { totalCount ${PAGE} nodes { sku version name category onHand } }
      }`,
      fc.record({ query: optional(words), first: fc.constantFrom(3, 20) }).map((variables) => () => variables),
    ),
  },
)

/** The same for the same seed. To be asked when every list shows every command. */
export function queryScript(count: number, seed: number): readonly Step[] {
  return fc.sample(anyQuery, { seed, numRuns: count })
}
