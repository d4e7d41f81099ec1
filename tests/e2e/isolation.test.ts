import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import {
  addProduct,
  changeCustomerContact,
  createOrder,
  orderChanged,
  orderStatistics,
  ordersChanged,
  ordersOf,
  projectionCompleted,
  recordPayment,
  registerCustomer,
  searchOrders,
} from './operations.js'
import { ADDRESS, accepted, Shop } from './shop.js'

const THREE_OF_ONE_ID = /* GraphQL */ `
  query ($id: ID!, $token: ConsistencyToken) {
    order(id: $id, atLeast: $token, waitMs: 10000) { id version customerId timeline { nodes { type } } }
    customer(id: $id, atLeast: $token, waitMs: 10000) { id version name orders { totalCount } }
    product(sku: $id, atLeast: $token, waitMs: 10000) { sku version name }
  }
`
const ORDER = /* GraphQL */ `
  query ($id: ID!, $token: ConsistencyToken, $after: String, $waitMs: Int) {
    order(id: $id, atLeast: $token, waitMs: $waitMs) { id customerName timeline(first: 1, after: $after) { pageInfo { endCursor } } }
  }
`

describeInBothProfiles((startService, profile) => {
  describe('INV-18 ISOLATION', () => {
    let service: ServiceUnderTest
    let client: Client
    let ada: Shop
    let bob: Shop
    let adasOrder: { readonly id: string; readonly token: string }
    let bobsOrder: { readonly id: string; readonly token: string }
    const secrets = { TOKEN_SECRET: randomBytes(32).toString('hex') }

    beforeAll(async () => {
      service = await startService(secrets)
      client = service.client
      ada = await Shop.open(client, { name: 'Ada Lovelace', email: 'ada@example.com' })
      bob = await Shop.open(client, { name: 'Bob Babbage', email: 'bob@example.com' })
      for (let n = 0; n < 3; n += 1) {
        adasOrder = await ada.order()
        bobsOrder = await bob.order()
      }
    })
    afterAll(() => service?.stop())

    const idsOf = async (shop: Shop, page: object = {}) =>
      (
        await client.request(ordersOf, {
          filter: { customerId: shop.customerId },
          token: shop === ada ? adasOrder.token : bobsOrder.token,
          ...page,
        })
      ).orders.edges.map(({ node }) => node.id)
    const codeOf = async (query: string, variables: object) =>
      (await client.execute(query, variables as never)).errors?.[0]?.extensions?.code

    it('a cursor of another customer’s list shows nothing of that list', async () => {
      const bobs = new Set(await idsOf(bob))
      const { orders } = await client.request(ordersOf, {
        filter: { customerId: ada.customerId },
        token: adasOrder.token,
        first: 1,
      })
      expect(orders.edges.map(({ node }) => bobs.has(node.id))).toEqual([false])
      for (const page of [
        { first: 10, after: orders.pageInfo.endCursor },
        { last: 10, before: orders.pageInfo.endCursor },
      ]) {
        for (const id of await idsOf(bob, page)) expect(bobs).toContain(id)
      }
    })

    it('a cursor of another order’s timeline or changes is refused', async () => {
      const { order } = (await client.request(ORDER, {
        id: adasOrder.id,
        token: adasOrder.token,
        waitMs: 10_000,
      } as never)) as {
        order: { timeline: { pageInfo: { endCursor: string } } }
      }
      const after = order.timeline.pageInfo.endCursor
      expect(await codeOf(ORDER, { id: bobsOrder.id, after })).toBe('BAD_USER_INPUT')

      const adas = client.subscribe(orderChanged, { orderId: adasOrder.id })
      const since = (await adas.next()).value?.data?.orderChanged.cursor ?? ''
      await adas.return?.()
      expect(since).toMatch(/./)
      const refused = client.subscribe(orderChanged, { orderId: bobsOrder.id, since })
      expect((await refused.next()).value.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    })

    it('a cursor of one customer’s changes goes on with the other’s alone', async () => {
      const adas = client.subscribe(ordersChanged, { filter: { customerId: ada.customerId } })
      let since = ''
      const first = adas.next().then(({ value }) => {
        since = value?.data?.ordersChanged.cursor ?? ''
      })
      // It is live once it gives something.
      await eventually(async () => {
        await ada.order()
        return since !== ''
      })
      await first
      await adas.return?.()
      await ada.order()
      bobsOrder = await bob.order()
      const bobs = client.subscribe(ordersChanged, { filter: { customerId: bob.customerId }, since })
      expect((await bobs.next()).value?.data?.ordersChanged.order.id).toBe(bobsOrder.id)
      await bobs.return?.()
    })

    it('a token of another order opens nothing of it', async () => {
      const shown = await client.request(ORDER, { id: bobsOrder.id, token: adasOrder.token, waitMs: 10_000 } as never)
      expect(shown).toMatchObject({ order: { id: bobsOrder.id, customerName: 'Bob Babbage' } })
      const itsOrders = (await idsOf(bob)).length
      const bobs = { filter: { customerId: bob.customerId }, token: adasOrder.token }
      const { orders } = await client.request(ordersOf, bobs)
      const { searchOrders: found } = await client.request(searchOrders, { query: 'Lovelace', ...bobs })
      const { orderStatistics: counted } = await client.request(orderStatistics, bobs)
      expect(orders.edges.every(({ node }) => node.customerName === 'Bob Babbage')).toBe(true)
      expect(found.totalCount).toBe(0)
      expect([orders.totalCount, counted.orders]).toEqual([itsOrders, itsOrders])
    })

    it('an order, a customer and a product of one id stay three', async () => {
      const id = `same-${randomBytes(4).toString('hex')}`
      const product = { sku: id, name: 'The product', unitPrice: { amount: '10.00', currency: 'USD' }, onHand: 9 }
      const tokens = [
        accepted(
          (
            await client.request(registerCustomer, {
              input: { customerId: id, name: 'The customer', email: 'c@c.example' },
            })
          ).registerCustomer,
        ),
        accepted((await client.request(addProduct, { input: product })).addProduct),
        accepted(
          (
            await client.request(createOrder, {
              input: { orderId: id, customerId: id, items: [{ sku: id, quantity: 1 }], shippingAddress: ADDRESS },
            })
          ).createOrder,
        ),
      ].map(({ token }) => token)
      await client.request(THREE_OF_ONE_ID, { id, token: tokens[2] } as never)
      const changes = client.subscribe(orderChanged, { orderId: id })
      expect((await changes.next()).value?.data?.orderChanged).toMatchObject({ type: 'OrderCreated', version: 1 })
      const renaming = { input: { customerId: id, name: 'The same customer' } }
      tokens.push(accepted((await client.request(changeCustomerContact, renaming)).changeCustomerContact).token)
      // Twice each: the second time, what a cache has kept.
      for (const token of [...tokens, ...tokens]) await client.request(THREE_OF_ONE_ID, { id, token } as never)
      expect(await client.request(THREE_OF_ONE_ID, { id, token: tokens[3] } as never)).toEqual({
        order: { id, version: 1, customerId: id, timeline: { nodes: [{ type: 'OrderCreated' }] } },
        customer: { id, version: 2, name: 'The same customer', orders: { totalCount: 1 } },
        product: { sku: id, version: 1, name: 'The product' },
      })
      for (const [place, token] of tokens.entries()) {
        const completed = client.subscribe(projectionCompleted, { token })
        const { value } = await completed.next()
        expect(value.data?.projectionCompleted).toMatchObject({
          status: 'VISIBLE',
          version: place === 3 ? 2 : 1,
          order: place === 2 ? { id } : null,
        })
      }
      // The customer's change was told to nobody as one of the order: its next one is.
      await pay(id)
      expect((await changes.next()).value?.data?.orderChanged).toMatchObject({ type: 'PaymentProcessed', version: 2 })
      await changes.return?.()
    })

    it('tokens and cursors of another installation are refused, also under the same secret', async () => {
      const prefixes = Object.fromEntries(
        Object.entries({ kafka: '.', elasticsearch: '-', redis: ':' }).flatMap(([part, separator]) => {
          const { [part as 'kafka']: store } = service.config
          return store ? [[`${part.toUpperCase()}_PREFIX`, `${store.prefix}other${separator}`]] : []
        }),
      )
      expect(Object.keys(prefixes)).toHaveLength(profile === 'cluster' ? 3 : 0)
      const other = await startService({ ...secrets, ...prefixes })
      try {
        const shop = await Shop.open(other.client)
        const order = await shop.order(1, adasOrder.id)
        expect(order.id).toBe(adasOrder.id)
        const theirs = await other.client.request(ordersOf, { token: order.token, first: 1 })
        expect(await codeOf(ORDER, { id: adasOrder.id, token: order.token })).toBe('INVALID_TOKEN')
        const completed = client.subscribe(projectionCompleted, { token: order.token })
        expect((await completed.next()).value.errors).toMatchObject([{ extensions: { code: 'INVALID_TOKEN' } }])
        const after = theirs.orders.pageInfo.endCursor
        expect(after).toMatch(/./)
        expect(await codeOf('query ($after: String) { orders(after: $after) { totalCount } }', { after })).toBe(
          'BAD_USER_INPUT',
        )
        expect(await client.request(ORDER, { id: adasOrder.id } as never)).toMatchObject({
          order: { customerName: 'Ada Lovelace' },
        })
        expect(theirs.orders.totalCount).toBe(1)
      } finally {
        await other.stop()
      }
    })

    async function pay(orderId: string): Promise<void> {
      const input = { orderId, amount: { amount: '1.00', currency: 'USD' }, reference: 'cash' }
      accepted((await client.request(recordPayment, { input })).recordPayment)
    }
  })
})
