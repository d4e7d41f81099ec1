import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { everythingStored } from '../support/everythingStored.js'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import {
  addOrderItem,
  changeCustomerContact,
  forgetCustomer,
  orderById,
  orderStatistics,
  searchOrders,
} from './operations.js'
import { accepted, Shop } from './shop.js'

describeInBothProfiles((startService) => {
  let service: ServiceUnderTest
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service.stop())

  it('INV-19 FORGET: after forgetCustomer no store holds name, e-mail or address, and orders and statistics stay', async () => {
    const { client } = service
    const shop = await Shop.open(client, { name: 'Zebulon Quuxington', email: 'zebulon@quuxington.example' })
    const { id } = await shop.order(3)
    accepted(
      (
        await client.request(changeCustomerContact, {
          input: { customerId: shop.customerId, name: 'Zebulon Quuxingham' },
        })
      ).changeCustomerContact,
    )
    await eventually(async () => /quuxing/i.test(await everythingStored(service.config)))
    const { token } = accepted(
      (await client.request(forgetCustomer, { input: { customerId: shop.customerId, reason: 'asked' } }))
        .forgetCustomer,
    )

    const { order } = await client.request(orderById, { id, token, waitMs: 10_000 })
    expect(order).toMatchObject({
      customerName: null,
      customerEmail: null,
      shippingAddress: null,
      totalAmount: { amount: '60.00' },
      customer: { id: shop.customerId, name: null, email: null, forgotten: true },
    })
    const { orderStatistics: statistics } = await client.request(orderStatistics, {
      filter: { customerId: shop.customerId },
      token,
    })
    expect(statistics).toMatchObject({ orders: 1, byRegion: [{ key: 'Kentucky', orders: 1 }] })
    const { searchOrders: found } = await client.request(searchOrders, { query: 'Quuxington', token })
    expect(found.totalCount).toBe(0)
    await eventually(async () => !/quuxing|zebulon/i.test(await everythingStored(service.config)))

    // What comes later for the order does not bring it back.
    const again = accepted(
      (await client.request(addOrderItem, { input: { orderId: id, item: { sku: shop.sku, quantity: 1 } } }))
        .addOrderItem,
    )
    expect((await client.request(orderById, { id, token: again.token })).order).toMatchObject({
      version: 2,
      customerName: null,
      shippingAddress: null,
    })
    const twice = (await client.request(forgetCustomer, { input: { customerId: shop.customerId, reason: 'again' } }))
      .forgetCustomer
    expect(twice.userErrors).toMatchObject([{ code: 'CUSTOMER_FORGOTTEN' }])
  })
})
