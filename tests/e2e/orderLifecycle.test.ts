import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import {
  addOrderItem,
  addProduct,
  cancelOrder,
  changeProductPrice,
  confirmOrder,
  createOrder,
  deliverOrder,
  orderById,
  recordPayment,
  shipOrder,
  updateInventory,
} from './operations.js'
import { ADDRESS, accepted, Shop } from './shop.js'

const DAY_MS = 86_400_000

describeInBothProfiles((startService) => {
  let service: ServiceUnderTest
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service.stop())

  describe('an order', () => {
    it('goes its whole way, and the read model shows each step', async () => {
      const { client } = service
      const shop = await Shop.open(client)
      const { id } = await shop.order(2)
      accepted(
        (await client.request(addOrderItem, { input: { orderId: id, item: { sku: shop.sku, quantity: 1 } } }))
          .addOrderItem,
      )
      accepted(
        (
          await client.request(recordPayment, {
            input: { orderId: id, amount: { amount: '60.00', currency: 'USD' }, reference: 'card' },
          })
        ).recordPayment,
      )
      accepted((await client.request(confirmOrder, { input: { orderId: id } })).confirmOrder)
      accepted((await client.request(shipOrder, { input: { orderId: id, trackingNumber: 'TRACK-1' } })).shipOrder)
      const delivered = (await client.request(deliverOrder, { input: { orderId: id } })).deliverOrder
      const { order } = await client.request(orderById, { id, token: accepted(delivered).token })
      expect(order).toMatchObject({
        version: 6,
        status: 'DELIVERED',
        customerName: 'Ada Lovelace',
        customerEmail: 'ada@example.com',
        customer: { id: shop.customerId, name: 'Ada Lovelace', forgotten: false },
        shippingAddress: ADDRESS,
        trackingNumber: 'TRACK-1',
        items: [
          { sku: shop.sku, productName: 'Oak Chair', quantity: 3, lineTotal: { amount: '60.00', currency: 'USD' } },
        ],
        totalAmount: { amount: '60.00', currency: 'USD' },
        paidAmount: { amount: '60.00', currency: 'USD' },
      })
      expect(order?.timeline.nodes.map(({ version, type }) => `${version} ${type}`)).toEqual([
        '1 OrderCreated',
        '2 OrderItemAdded',
        '3 PaymentProcessed',
        '4 OrderConfirmed',
        '5 OrderShipped',
        '6 OrderDelivered',
      ])
      expect(order?.estimatedDelivery).toBe(order?.deliveredAt)
    })

    it('is expected five days after it was made, then three days after it was shipped', async () => {
      const { client } = service
      const shop = await Shop.open(client)
      const placed = await shop.order()
      const { order: pending } = await client.request(orderById, { id: placed.id, token: placed.token })
      expect(Date.parse(pending?.estimatedDelivery ?? '') - Date.parse(pending?.createdAt ?? '')).toBe(5 * DAY_MS)
      accepted((await client.request(confirmOrder, { input: { orderId: placed.id } })).confirmOrder)
      const { token } = accepted(
        (await client.request(shipOrder, { input: { orderId: placed.id, trackingNumber: 'T' } })).shipOrder,
      )
      const { order: shipped } = await client.request(orderById, { id: placed.id, token })
      expect(Date.parse(shipped?.estimatedDelivery ?? '') - Date.parse(shipped?.shippedAt ?? '')).toBe(3 * DAY_MS)
    })

    it('answers a command in the wrong state with the state it needs', async () => {
      const { client } = service
      const shop = await Shop.open(client)
      const { id } = await shop.order()
      const codes = async (payload: Promise<{ userErrors: readonly { code: string }[] }>) =>
        (await payload).userErrors.map(({ code }) => code)
      expect(
        await codes(
          client.request(shipOrder, { input: { orderId: id, trackingNumber: 'T' } }).then((data) => data.shipOrder),
        ),
      ).toEqual(['ORDER_NOT_CONFIRMED'])
      expect(
        await codes(client.request(deliverOrder, { input: { orderId: id } }).then((data) => data.deliverOrder)),
      ).toEqual(['ORDER_NOT_SHIPPED'])
      accepted((await client.request(cancelOrder, { input: { orderId: id, reason: 'changed my mind' } })).cancelOrder)
      expect(
        await codes(client.request(confirmOrder, { input: { orderId: id } }).then((data) => data.confirmOrder)),
      ).toEqual(['ORDER_NOT_PENDING'])
      expect(
        await codes(
          client.request(cancelOrder, { input: { orderId: id, reason: 'again' } }).then((data) => data.cancelOrder),
        ),
      ).toEqual(['ALREADY_CANCELLED'])
      expect(
        await codes(
          client
            .request(recordPayment, {
              input: { orderId: id, amount: { amount: '1.00', currency: 'USD' }, reference: 'r' },
            })
            .then((data) => data.recordPayment),
        ),
      ).toEqual(['ALREADY_CANCELLED'])
    })

    it('takes price and name from the catalogue as it is when the command is decided', async () => {
      const { client } = service
      const shop = await Shop.open(client)
      const { id } = await shop.order()
      accepted(
        (
          await client.request(changeProductPrice, {
            input: { sku: shop.sku, unitPrice: { amount: '25.00', currency: 'USD' } },
          })
        ).changeProductPrice,
      )
      const { addOrderItem: payload } = await client.request(addOrderItem, {
        input: { orderId: id, item: { sku: shop.sku, quantity: 1 } },
      })
      expect(payload.order).toMatchObject({
        totalAmount: { amount: '45.00' },
        items: [{ quantity: 1 }, { quantity: 1 }],
      })
    })

    it('holds amounts in the decimals of its currency', async () => {
      const { client } = service
      for (const [amount, currency, total] of [
        ['1500', 'JPY', '3000'],
        ['15.500', 'KWD', '31.000'],
      ] as const) {
        const shop = await Shop.open(client, undefined, { amount, currency })
        const placed = await shop.order(2)
        const { order } = await client.request(orderById, { id: placed.id, token: placed.token })
        expect(order?.totalAmount).toEqual({ amount: total, currency })
      }
    })

    it('refuses a sum over two currencies, and an order below the minimum', async () => {
      const { client } = service
      const shop = await Shop.open(client)
      accepted(
        (
          await client.request(addProduct, {
            input: { sku: `${shop.sku}-yen`, name: 'Tea', unitPrice: { amount: '1', currency: 'JPY' } },
          })
        ).addProduct,
      )
      const order = (items: { sku: string; quantity: number }[]) =>
        client
          .request(createOrder, { input: { customerId: shop.customerId, items, shippingAddress: ADDRESS } })
          .then((data) => data.createOrder)
      expect(
        (
          await order([
            { sku: shop.sku, quantity: 1 },
            { sku: `${shop.sku}-yen`, quantity: 1 },
          ])
        ).userErrors,
      ).toMatchObject([{ code: 'CURRENCY_MISMATCH' }])
      expect((await order([{ sku: `${shop.sku}-yen`, quantity: 9 }])).userErrors).toMatchObject([
        { code: 'BELOW_MINIMUM_AMOUNT' },
      ])
      expect((await order([{ sku: `${shop.sku}-yen`, quantity: 10 }])).userErrors).toEqual([])
    })

    it('keeps count of stock, and never below nothing', async () => {
      const { client } = service
      const shop = await Shop.open(client)
      const { updateInventory: below } = await client.request(updateInventory, {
        input: { sku: shop.sku, adjustBy: -101, reason: 'sold' },
      })
      expect(below.userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK' }])
      accepted(
        (await client.request(updateInventory, { input: { sku: shop.sku, adjustBy: -100, reason: 'sold' } }))
          .updateInventory,
      )
    })
  })
})
