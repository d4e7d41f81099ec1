import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../support/generated/gql.js'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import {
  addOrderItem,
  cancelOrder,
  changeCustomerContact,
  orderById,
  orderStatistics,
  ordersOf,
  projectionCompleted,
  searchOrders,
} from './operations.js'
import { ADDRESS, accepted, Shop } from './shop.js'

describeInBothProfiles((startService) => {
  let service: ServiceUnderTest
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service.stop())

  const createAndProject = graphql(/* GraphQL */ `
  mutation CreateAndProject($input: CreateOrderInput!, $timeoutMs: Int) {
    createOrder(input: $input) {
      receipt { streamId version token }
      projected(timeoutMs: $timeoutMs) { id version status }
      userErrors { code }
    }
  }
`)

  const customersOrders = graphql(/* GraphQL */ `
  query CustomersOrders($id: ID!, $token: ConsistencyToken) {
    customer(id: $id, atLeast: $token, waitMs: 10000) {
      id version name forgotten
      orders(first: 100) { totalCount nodes { id customerName } }
    }
  }
`)

  describe('INV-13 READ-YOUR-WRITES', () => {
    it('a query with the token shows the write: by id, with its timeline, in lists, search and statistics', async () => {
      const { client } = service
      for (let round = 0; round < 10; round++) {
        const shop = await Shop.open(client, { name: `Grace${round} Hopper`, email: `grace${round}@example.com` })
        const { id, token } = await shop.order(2)
        const filter = { customerId: shop.customerId }
        const [byId, list, found, statistics] = await Promise.all([
          client.request(orderById, { id, token }),
          client.request(ordersOf, { filter, token }),
          client.request(searchOrders, { query: `Grace${round}`, filter, token }),
          client.request(orderStatistics, { filter, token }),
        ])
        expect(byId.order).toMatchObject({ version: 1, timeline: { nodes: [{ version: 1, type: 'OrderCreated' }] } })
        expect(list.orders).toMatchObject({ totalCount: 1, edges: [{ node: { id, version: 1 } }] })
        expect(found.searchOrders.edges.map(({ node }) => node.id)).toEqual([id])
        expect(statistics.orderStatistics).toMatchObject({ orders: 1, totals: [{ amount: '40.00', currency: 'USD' }] })
      }
    })

    it('holds under a stream of writes: never older than the token, whoever reads', async () => {
      const { client } = service
      const shop = await Shop.open(client)
      const { id } = await shop.order()
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let n = 0; n < 10; n++) {
            const { addOrderItem: payload } = await client.request(addOrderItem, {
              input: { orderId: id, item: { sku: shop.sku, quantity: 1 } },
            })
            const { token, version } = accepted(payload)
            const { order } = await client.request(orderById, { id, token, waitMs: 10_000 })
            expect(order?.version).toBeGreaterThanOrEqual(version)
            expect(order?.timeline.nodes.length).toBeGreaterThanOrEqual(Math.min(50, version))
          }
        }),
      )
      expect((await client.request(orderById, { id })).order?.items).toMatchObject([{ quantity: 81 }])
    })

    it("INV-17 MERGE: the token of a customer binds the name on each of the customer's orders, in lists and by id", async () => {
      const { client } = service
      const shop = await Shop.open(client)
      const orders = await Promise.all(Array.from({ length: 5 }, () => shop.order()))
      const { changeCustomerContact: payload } = await client.request(changeCustomerContact, {
        input: { customerId: shop.customerId, name: 'Countess Lovelace' },
      })
      const { token } = accepted(payload)
      const { customer } = await client.request(customersOrders, { id: shop.customerId, token })
      expect(customer).toMatchObject({ name: 'Countess Lovelace', orders: { totalCount: 5 } })
      expect(customer?.orders.nodes.map((order) => order.customerName)).toEqual(orders.map(() => 'Countess Lovelace'))
      for (const { id } of orders)
        expect((await client.request(orderById, { id, token })).order?.customerName).toBe('Countess Lovelace')
      const { searchOrders: found } = await client.request(searchOrders, {
        query: 'Countess',
        filter: { customerId: shop.customerId },
        token,
      })
      expect(found.totalCount).toBe(5)
    })

    it('projected waits inside the mutation', async () => {
      const shop = await Shop.open(service.client)
      const input = { customerId: shop.customerId, items: [{ sku: shop.sku, quantity: 1 }], shippingAddress: ADDRESS }
      const { createOrder } = await service.client.request(createAndProject, { input, timeoutMs: 10_000 })
      expect(createOrder.projected).toMatchObject({ id: createOrder.receipt?.streamId, version: 1, status: 'PENDING' })
    })

    it('projected is null without an error where the command was refused', async () => {
      const shop = await Shop.open(service.client)
      const input = { customerId: shop.customerId, items: [], shippingAddress: ADDRESS }
      const { createOrder } = await service.client.request(createAndProject, { input })
      expect(createOrder).toMatchObject({ receipt: null, projected: null, userErrors: [{ code: 'EMPTY_ORDER' }] })
    })
  })

  describe('INV-14 NOTIFY', () => {
    it.each(['DOCUMENT', 'SEARCHABLE'] as const)(
      'projectionCompleted ends in exactly one outcome, and then a read at %s succeeds',
      async (level) => {
        const { client } = service
        const shop = await Shop.open(client)
        await Promise.all(
          Array.from({ length: 20 }, async () => {
            const { id, token } = await shop.order()
            const outcomes = []
            for await (const { data } of client.subscribe(projectionCompleted, { token, level }))
              outcomes.push(data?.projectionCompleted)
            expect(outcomes).toMatchObject([{ status: 'VISIBLE', streamId: id, version: 1, order: { id, version: 1 } }])
            if (level === 'DOCUMENT') expect((await client.request(orderById, { id })).order?.version).toBe(1)
            else
              expect(
                (
                  await client.request(ordersOf, { filter: { customerId: shop.customerId }, first: 100 })
                ).orders.edges.map(({ node }) => node.id),
              ).toContain(id)
          }),
        )
      },
    )

    it('also when the projection was done long before the subscription began', async () => {
      const shop = await Shop.open(service.client)
      const { id, token } = await shop.order()
      await service.client.request(orderById, { id, token, waitMs: 10_000 })
      const outcomes = []
      for await (const { data } of service.client.subscribe(projectionCompleted, { token }))
        outcomes.push(data?.projectionCompleted.status)
      expect(outcomes).toEqual(['VISIBLE'])
    })
  })

  it('IDs that cannot exist answer null, without an error, beside a token too', async () => {
    const { client } = service
    const shop = await Shop.open(client)
    const { changeCustomerContact: renamed } = await client.request(changeCustomerContact, {
      input: { customerId: shop.customerId, name: 'Ada King' },
    })
    const { token } = accepted(renamed)
    for (const id of ['no-such-order', randomUUID(), 'x'.repeat(500), '\u0000', '']) {
      expect(await client.request(orderById, { id })).toEqual({ order: null })
      expect(await client.request(orderById, { id, token, waitMs: 10_000 })).toEqual({ order: null })
    }
  })

  it('a cancelled order stays, with its reason', async () => {
    const shop = await Shop.open(service.client)
    const { id } = await shop.order()
    const { cancelOrder: payload } = await service.client.request(cancelOrder, {
      input: { orderId: id, reason: 'changed my mind' },
    })
    const { order } = await service.client.request(orderById, { id, token: accepted(payload).token })
    expect(order).toMatchObject({ status: 'CANCELLED', cancellationReason: 'changed my mind' })
  })
})
