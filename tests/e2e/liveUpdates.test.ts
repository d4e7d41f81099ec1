import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connectClient } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import { addOrderItem, confirmOrder, deliverOrder, orderChanged, ordersChanged, shipOrder } from './operations.js'
import { accepted, Shop } from './shop.js'

describeInBothProfiles((startService) => {
  let service: ServiceUnderTest
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service.stop())

  async function addItems(shop: Shop, orderId: string, count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      accepted(
        (await shop.client.request(addOrderItem, { input: { orderId, item: { sku: shop.sku, quantity: 1 } } }))
          .addOrderItem,
      )
    }
  }

  /** Follows an order over a connection of its own until `versions` were seen, then cuts the connection. */
  async function follow(
    orderId: string,
    since: string | undefined,
    versions: number,
  ): Promise<{ version: number; cursor: string }[]> {
    const client: Client = connectClient(service.url)
    const seen: { version: number; cursor: string }[] = []
    try {
      for await (const { data, errors } of client.subscribe(orderChanged, { orderId, since: since ?? null })) {
        if (errors || !data) throw new Error(JSON.stringify(errors))
        expect(data.orderChanged.order.version).toBeGreaterThanOrEqual(data.orderChanged.version)
        seen.push(data.orderChanged)
        if (seen.length === versions) break
      }
    } finally {
      await client.close()
    }
    return seen
  }

  describe('orderChanged', () => {
    it('gives the present state first, then every change in order with the status it left', async () => {
      const { client } = service
      const shop = await Shop.open(client)
      const { id, token } = await shop.order()
      await addItems(shop, id, 1)
      const items: unknown[] = []
      const watching = (async () => {
        for await (const { data } of client.subscribe(orderChanged, { orderId: id })) {
          if (data)
            items.push({
              type: data.orderChanged.type,
              version: data.orderChanged.version,
              previousStatus: data.orderChanged.previousStatus,
            })
          if (data?.orderChanged.type === 'OrderDelivered') break
        }
      })()
      await eventually(() => items.length > 0)
      expect(token).toBeTruthy()
      accepted((await client.request(confirmOrder, { input: { orderId: id } })).confirmOrder)
      accepted((await client.request(shipOrder, { input: { orderId: id, trackingNumber: 'T' } })).shipOrder)
      accepted((await client.request(deliverOrder, { input: { orderId: id } })).deliverOrder)
      await watching
      expect(items.at(0)).toMatchObject({ previousStatus: null })
      expect(items.slice(-3)).toEqual([
        { type: 'OrderConfirmed', version: 3, previousStatus: 'PENDING' },
        { type: 'OrderShipped', version: 4, previousStatus: 'CONFIRMED' },
        { type: 'OrderDelivered', version: 5, previousStatus: 'SHIPPED' },
      ])
    })

    it('INV-15 RESUME: over broken connections every change comes once, in order', async () => {
      const shop = await Shop.open(service.client)
      const { id } = await shop.order()
      const [first] = await follow(id, undefined, 1)
      const writing = addItems(shop, id, 60)
      const seen: number[] = []
      let since = first?.cursor
      while (seen.length < 60) {
        const part = await follow(id, since, Math.min(7, 60 - seen.length))
        seen.push(...part.map(({ version }) => version))
        since = part.at(-1)?.cursor
      }
      await writing
      expect(seen).toEqual(Array.from({ length: 60 }, (_, index) => index + 2))
    })

    it('waits for an order that is not there yet', async () => {
      const shop = await Shop.open(service.client)
      const orderId = randomUUID()
      const first = follow(orderId, undefined, 1)
      await shop.order(1, orderId)
      const [item] = await first
      expect(item?.version).toBe(1)
      await addItems(shop, orderId, 1)
      expect((await follow(orderId, item?.cursor, 1)).map(({ version }) => version)).toEqual([2])
    })

    it('refuses a since of another order, and one that nobody gave out', async () => {
      const shop = await Shop.open(service.client)
      const [one, other] = [await shop.order(), await shop.order()]
      const [item] = await follow(one.id, undefined, 1)
      for (const since of [item?.cursor ?? '', 'nonsense', `${item?.cursor}x`]) {
        const answers = service.client.subscribe(orderChanged, { orderId: other.id, since })
        expect((await answers.next()).value.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
      }
    })
  })

  describe('ordersChanged', () => {
    it('gives every change that the filter takes as the order is after it, and resumes where it stopped', async () => {
      const { client } = service
      const shop = await Shop.open(client)
      const seen: { cursor: string; type: string; order: { id: string } }[] = []
      const filter = { customerId: shop.customerId, status: ['CONFIRMED' as const] }
      const watch = async (since: string | null, count: number) => {
        for await (const { data, errors } of client.subscribe(ordersChanged, { filter, since })) {
          if (errors || !data) throw new Error(JSON.stringify(errors))
          seen.push(data.ordersChanged)
          if (seen.length >= count) break
        }
      }
      const orders = await Promise.all([shop.order(), shop.order(), shop.order()])
      const confirm = async (orderId: string) =>
        accepted((await client.request(confirmOrder, { input: { orderId } })).confirmOrder)
      const watching = watch(null, 1)
      // It is live once it gives something; until then other orders of the customer are confirmed.
      await eventually(async () => {
        await confirm((await shop.order()).id)
        return seen.length > 0
      })
      await watching
      const since = seen.at(-1)?.cursor ?? null
      for (const { id } of orders) await confirm(id)
      for (const { id } of orders) {
        accepted((await client.request(shipOrder, { input: { orderId: id, trackingNumber: 'T' } })).shipOrder)
      }
      const ids = orders.map(({ id }) => id)
      const resumed: typeof seen = []
      // In order for each of them; what happened to different orders may come in any order.
      const resumedIds = () => resumed.map(({ order }) => order.id).filter((id) => ids.includes(id))
      for await (const { data, errors } of client.subscribe(ordersChanged, { filter, since })) {
        if (errors || !data) throw new Error(JSON.stringify(errors))
        resumed.push(data.ordersChanged)
        if (resumedIds().length === ids.length) break
      }
      expect(resumedIds().sort()).toEqual(ids.sort())
      expect(resumed.every(({ type }) => type === 'OrderConfirmed')).toBe(true)
      expect(resumed.map(({ cursor }) => cursor)).not.toContain(since)
    })

    it('refuses a since that nobody gave out', async () => {
      const answers = service.client.subscribe(ordersChanged, { since: 'nonsense' })
      expect((await answers.next()).value.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    })
  })
})
