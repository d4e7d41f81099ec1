import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import { orderStatistics, ordersOf, searchOrders } from './operations.js'
import { Shop } from './shop.js'

describeInBothProfiles((startService) => {
  let service: ServiceUnderTest
  let shop: Shop
  let ids: string[]
  let token: string

  beforeAll(async () => {
    service = await startService()
    shop = await Shop.open(service.client, { name: 'Dorothea Brooke', email: 'dorothea@middlemarch.example' })
    ids = []
    for (let quantity = 1; quantity <= 25; quantity++) {
      const placed = await shop.order(quantity)
      ids.push(placed.id)
      token = placed.token
    }
  })
  afterAll(() => service.stop())

  const filter = () => ({ customerId: shop.customerId })

  async function pages(
    sort: 'CREATED_AT_DESC' | 'CREATED_AT_ASC' | 'TOTAL_DESC' | 'TOTAL_ASC' | 'UPDATED_AT_DESC',
    backward: boolean,
  ): Promise<string[]> {
    const found: string[] = []
    let cursor: string | null | undefined
    for (;;) {
      const page = backward ? { last: 7, before: cursor ?? null } : { first: 7, after: cursor ?? null }
      const { orders } = await service.client.request(ordersOf, {
        filter: { ...filter(), currency: 'USD' },
        sort,
        token,
        ...page,
      })
      const nodes = orders.edges.map(({ node }) => node.id)
      if (backward) found.unshift(...nodes)
      else found.push(...nodes)
      cursor = backward ? orders.pageInfo.startCursor : orders.pageInfo.endCursor
      if (!(backward ? orders.pageInfo.hasPreviousPage : orders.pageInfo.hasNextPage)) return found
    }
  }

  describe('orders', () => {
    it.each(['CREATED_AT_DESC', 'CREATED_AT_ASC', 'TOTAL_DESC', 'TOTAL_ASC', 'UPDATED_AT_DESC'] as const)(
      'are paged whole by %s, forward and backward alike',
      async (sort) => {
        const forward = await pages(sort, false)
        expect(forward.toSorted()).toEqual(ids.toSorted())
        expect(await pages(sort, true)).toEqual(forward)
        if (sort.startsWith('TOTAL')) expect(forward).toEqual(sort === 'TOTAL_ASC' ? ids : ids.toReversed())
      },
    )

    it('keep a cursor valid while orders are written', async () => {
      const first = await service.client.request(ordersOf, {
        filter: filter(),
        sort: 'CREATED_AT_ASC',
        first: 10,
        token,
      })
      const extra = await Shop.open(service.client)
      await extra.order()
      const second = await service.client.request(ordersOf, {
        filter: filter(),
        sort: 'CREATED_AT_ASC',
        first: 100,
        after: first.orders.pageInfo.endCursor ?? null,
      })
      expect([...first.orders.edges, ...second.orders.edges].map(({ node }) => node.id)).toEqual(ids)
    })

    it('are filtered: inclusive amounts, and an empty list of statuses that matches nothing', async () => {
      const total = async (change: object) =>
        (await service.client.request(ordersOf, { filter: { ...filter(), ...change }, token })).orders.totalCount
      expect(await total({ currency: 'USD', minTotal: '40.00', maxTotal: '60.00' })).toBe(2)
      expect(await total({ status: [] })).toBe(0)
      expect(await total({ status: ['PENDING'] })).toBe(25)
      expect(await total({ sku: shop.sku })).toBe(25)
      expect(await total({ sku: 'another' })).toBe(0)
      expect(await total({ createdFrom: '2100-01-01T00:00:00.000Z' })).toBe(0)
    })
  })

  describe('searchOrders', () => {
    it.each([
      ['Dorothea', 25],
      ['dorotea brook', 25],
      ['DOROTHEA oak', 25],
      ['Doroteha', 25],
      ['Dxrxtxea', 0],
      ['oka', 0],
      ['dorothea nothing', 0],
    ])('%j finds %i', async (query, count) => {
      const { searchOrders: found } = await service.client.request(searchOrders, { query, filter: filter(), token })
      expect(found.totalCount).toBe(count)
      if (count > 0) expect(found.edges[0]?.highlights.join()).toMatch(/<em>/)
    })

    it('finds one order by its id, pages on, and counts facets over all matches', async () => {
      const [id = ''] = ids
      const byId = await service.client.request(searchOrders, { query: id, token })
      expect(byId.searchOrders.edges.map(({ node }) => node.id)).toEqual([id])
      const first = await service.client.request(searchOrders, { query: 'Dorothea', first: 20, token })
      const second = await service.client.request(searchOrders, {
        query: 'Dorothea',
        first: 20,
        after: first.searchOrders.pageInfo.endCursor ?? null,
      })
      expect([...first.searchOrders.edges, ...second.searchOrders.edges].map(({ node }) => node.id)).toEqual(
        ids.toReversed(),
      )
      expect(first.searchOrders.facets.find(({ field }) => field === 'status')?.values).toEqual([
        { value: 'PENDING', count: 25 },
      ])
    })
  })

  it('orderStatistics adds up to the cent', async () => {
    const { orderStatistics: statistics } = await service.client.request(orderStatistics, { filter: filter(), token })
    const total = [{ amount: '6500.00', currency: 'USD' }]
    expect(statistics).toMatchObject({
      orders: 25,
      totals: total,
      byStatus: [{ key: 'PENDING', orders: 25, totals: total }],
      byProduct: [{ key: shop.sku, orders: 25, totals: total }],
      byRegion: [{ key: 'Kentucky', orders: 25 }],
    })
  })
})
