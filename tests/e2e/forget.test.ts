import { Client as PostgresClient } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
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
    await eventually(async () => /quuxing/i.test(await everythingStored()))
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
    await eventually(async () => !/quuxing|zebulon/i.test(await everythingStored()))

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

  /** Every row of every table of ours, as text. */
  async function everythingStored(): Promise<string> {
    const postgres = new PostgresClient({ connectionString: service.databaseUrl })
    await postgres.connect()
    try {
      const { rows: tables } = await postgres.query<{ name: string }>(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'read')",
      )
      const texts = await Promise.all(
        tables.map(({ name }) =>
          postgres.query<{ text: string | null }>(`SELECT string_agg(t::text, E'\\n') AS text FROM ${name} t`),
        ),
      )
      return texts.flatMap(({ rows }) => rows.map(({ text }) => text ?? '')).join('\n')
    } finally {
      await postgres.end()
    }
  }
})
