import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OrderDocument } from '../../../src/contract/documents.js'
import type { Page, PageRequest, SortKey } from '../../../src/read/index.js'
import { postOperation } from '../../support/client.js'
import { startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'
import { customerDocument, orderDocument, productDocument, timelineDocument } from '../../support/sampleDocuments.js'

/** Orders in the order of their ids, which are their sort keys. */
const ORDERS = Array.from({ length: 25 }, (_, index) => orderDocument(`o${String(index).padStart(2, '0')}`))
const asked: string[] = []
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({
    documents: { orders: ORDERS, orderTimelines: [timelineDocument('o00', 120)], customers: [customerDocument('ada')] },
    queries: {
      listOrders: async (_filter, _sort, page) => {
        asked.push(`list ${page.direction} ${page.limit}`)
        return pageOf(ORDERS, page)
      },
      countOrders: async () => {
        asked.push('count')
        return ORDERS.length
      },
      searchOrders: async (_words, _filter, page) => {
        const { items, hasMore } = pageOf(ORDERS, { direction: 'forward', ...page })
        return {
          hits: items.map(({ node, key }) => ({ order: node, key, score: 1, highlights: ['<em>tea</em>'] })),
          hasMore,
        }
      },
      countMatches: async () => {
        asked.push('countMatches')
        return ORDERS.length
      },
      searchFacets: async () => {
        asked.push('facets')
        return [{ field: 'status', values: [{ value: 'PENDING', count: 25 }] }]
      },
      listProducts: async (_words, { limit }) => ({
        items: [productDocument('a'), productDocument('b')].slice(0, limit).map((node) => ({ node, key: [node.id] })),
        hasMore: limit < 2,
      }),
      orderTotals: async () => {
        asked.push('totals')
        return { orders: 2, totals: [{ currency: 'JPY', amountMinor: 2n ** 60n }] }
      },
      orderStatistics: async (_filter, grouping) => {
        asked.push(grouping)
        return [{ key: 'k', orders: 1, totals: [{ currency: 'USD', amountMinor: 5n }] }]
      },
    },
  })
})
afterAll(() => gateway.stop(1_000))

function pageOf(all: readonly OrderDocument[], { direction, limit, from }: PageRequest): Page<OrderDocument> {
  const edge = from?.[0] as string | undefined
  const rest = edge === undefined ? all : all.filter(({ id }) => (direction === 'forward' ? id > edge : id < edge))
  const taken = direction === 'forward' ? rest.slice(0, limit) : rest.slice(-limit)
  return {
    items: taken.map((node) => ({ node, key: [node.id] satisfies SortKey })),
    hasMore: rest.length > taken.length,
  }
}

interface Connection {
  readonly nodes: readonly { readonly id: string }[]
  readonly edges: readonly { readonly cursor: string }[]
  readonly pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
}

async function ask(query: string): Promise<Record<string, unknown>> {
  const { body } = await postOperation(gateway.url, { query })
  expect(body.errors).toBeUndefined()
  return body.data ?? {}
}

async function orders(args: string): Promise<Connection> {
  const { orders } = await ask(
    `{ orders${args} { nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
  )
  return orders as Connection
}

async function codeOf(query: string): Promise<unknown> {
  const { body } = await postOperation(gateway.url, { query })
  return body.errors?.[0]?.extensions?.code
}

test('pages of any size, read forward or backward, give every order once, with the right flags', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.boolean(), async (size, backward) => {
      const pages: string[][] = []
      let cursor: string | null = null
      for (;;) {
        const from: string = cursor === null ? '' : `, ${backward ? 'before' : 'after'}: "${cursor}"`
        const page = await orders(`(${backward ? 'last' : 'first'}: ${size}${from})`)
        const ids = page.nodes.map(({ id }) => id)
        expect(page.pageInfo.hasPreviousPage).toBe(ids[0] !== 'o00')
        expect(page.pageInfo.hasNextPage).toBe(ids.at(-1) !== 'o24')
        expect([page.pageInfo.startCursor, page.pageInfo.endCursor]).toEqual([
          page.edges[0]?.cursor,
          page.edges.at(-1)?.cursor,
        ])
        if (backward) pages.unshift(ids)
        else pages.push(ids)
        if (!(backward ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage)) break
        cursor = backward ? page.pageInfo.startCursor : page.pageInfo.endCursor
      }
      expect(pages.flat()).toEqual(ORDERS.map(({ id }) => id))
    }),
    { numRuns: 20 },
  )
})

test('20 forward when neither first nor last is given, null counting as not given', async () => {
  expect((await orders('')).nodes).toHaveLength(20)
  expect((await orders('(first: null, last: null, after: null)')).nodes).toHaveLength(20)
})

test('behind the last one there is an empty page with a way back', async () => {
  const { pageInfo } = await orders('(first: 25)')
  const empty = await orders(`(after: "${pageInfo.endCursor}")`)
  expect(empty).toEqual({
    nodes: [],
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
  })
})

test('a cursor of another list or another order is BAD_USER_INPUT', async () => {
  const { pageInfo } = await orders('(first: 1)')
  const cursor = pageInfo.endCursor
  for (const field of [
    `orders(sort: CREATED_AT_ASC, after: "${cursor}") { totalCount }`,
    `orders(after: "${cursor?.slice(0, -1)}") { totalCount }`,
    `searchOrders(query: "tea", after: "${cursor}") { totalCount }`,
    `products(after: "${cursor}") { totalCount }`,
    `order(id: "o00") { timeline(after: "${cursor}") { nodes { version } } }`,
  ]) {
    expect(await codeOf(`{ ${field} }`)).toBe('BAD_USER_INPUT')
  }
  const { searchOrders } = await ask('{ searchOrders(query: "tea", first: 1) { pageInfo { endCursor } } }')
  const hit = (searchOrders as Connection).pageInfo.endCursor
  expect(await codeOf(`{ searchOrders(query: "coffee", after: "${hit}") { nodes { id } } }`)).toBe('BAD_USER_INPUT')
  expect(await codeOf(`{ searchOrders(query: "TEA", after: "${hit}") { nodes { id } } }`)).toBeUndefined()
})

test('only what is selected is asked for', async () => {
  const askedFor = async (query: string) => {
    asked.length = 0
    await ask(query)
    return [...asked].sort()
  }
  expect(await askedFor('{ orders { totalCount } }')).toEqual(['count'])
  expect(await askedFor('{ orders { nodes { id } edges { cursor } pageInfo { hasNextPage } } }')).toEqual([
    'list forward 20',
  ])
  expect(await askedFor('{ searchOrders(query: "tea") { facets { field } } }')).toEqual(['facets'])
  expect(await askedFor('{ orderStatistics { orders totals { amount } } }')).toEqual(['totals'])
  expect(await askedFor('{ orderStatistics { byDay { key } byRegion { key } } }')).toEqual(['day', 'region'])
})

test('statistics keep every digit of large sums', async () => {
  expect(await ask('{ orderStatistics { totals { amount currency } byProduct { totals { amount } } } }')).toEqual({
    orderStatistics: {
      totals: [{ amount: '1152921504606846976', currency: 'JPY' }],
      byProduct: [{ totals: [{ amount: '0.05' }] }],
    },
  })
})

test('a timeline is paged by version', async () => {
  const query = (args: string) =>
    ask(
      `{ order(id: "o00") { timeline${args} { nodes { version } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`,
    )
  const first = (await query('')) as { order: { timeline: Connection } }
  expect(first.order.timeline.nodes).toHaveLength(50)
  expect(first.order.timeline.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
  const last = await query(`(first: 100, after: "${first.order.timeline.pageInfo.endCursor}")`)
  const { timeline } = last.order as { timeline: { nodes: { version: number }[]; pageInfo: unknown } }
  expect([timeline.nodes[0]?.version, timeline.nodes.at(-1)?.version]).toEqual([51, 120])
  expect(timeline.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
})

test('customers show their orders, and orders their customer', async () => {
  expect(
    await ask('{ customer(id: "ada") { name orders(first: 1) { totalCount nodes { id customer { id } } } } }'),
  ).toEqual({
    customer: { name: 'Ada Lovelace', orders: { totalCount: 25, nodes: [{ id: 'o00', customer: { id: 'ada' } }] } },
  })
  expect(
    await ask('{ products(first: 1) { nodes { sku unitPrice { amount } } pageInfo { hasNextPage hasPreviousPage } } }'),
  ).toEqual({
    products: {
      nodes: [{ sku: 'a', unitPrice: { amount: '9.95' } }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    },
  })
})
