import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { openInstallation } from '../support/openInstallation.js'
import { type ServiceUnderTest, startServiceUnderTest } from '../support/service.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { orderStatistics } from './operations.js'

const ORDERS = 4_749
const PRODUCTS = 1_894
const CUSTOMERS = 793
const IMPORT_TIMEOUT_MS = 240_000

const COUNTS = /* GraphQL */ `{
  products { totalCount }
  orders { totalCount }
  delivered: orders(filter: { status: [DELIVERED] }) { totalCount }
}`
const WHOLE = {
  products: { totalCount: PRODUCTS },
  orders: { totalCount: ORDERS },
  delivered: { totalCount: ORDERS },
}

/** Every answer that is a number of the whole: what a shop would notice first if one of them were different. */
async function figuresOf({ client, config }: ServiceUnderTest) {
  const { orderStatistics: whole } = await client.request(orderStatistics, {})
  const ofACustomer = await client.request(orderStatistics, { filter: { customerId: 'CG-12520' } })
  const ofAYear = await client.request(orderStatistics, {
    filter: { createdFrom: '2016-01-01T00:00:00Z', createdTo: '2017-01-01T00:00:00Z' },
  })
  const { inventory, close } = await openInstallation(config)
  try {
    const customers = new Set<string>()
    for await (const ids of inventory.ids('customers')) for (const id of ids) customers.add(id)
    return { whole, ofACustomer, ofAYear, customers }
  } finally {
    await close()
  }
}

describeOnStack(['kafka', 'elasticsearch', 'redis'], 'the sample data', (stack) => {
  let embedded: ServiceUnderTest
  let cluster: ServiceUnderTest

  beforeAll(async () => {
    ;[embedded, cluster] = await Promise.all([
      startServiceUnderTest({ SAMPLE_DATA: 'superstore' }),
      startServiceUnderTest({ ...stack.environment, SAMPLE_DATA: 'superstore' }),
    ])
    for (const { client } of [embedded, cluster]) {
      const isWhole = async () => isDeepStrictEqual(await client.request(COUNTS), WHOLE)
      await eventually(isWhole, IMPORT_TIMEOUT_MS)
    }
  }, 2 * IMPORT_TIMEOUT_MS)
  afterAll(() => Promise.all([embedded?.stop(), cluster?.stop()]))

  it('INV-23 PARITY: gives the same figures on a cluster as embedded, to the cent', async () => {
    const [here, there] = [await figuresOf(embedded), await figuresOf(cluster)]
    expect(there).toEqual(here)
    expect(there.customers.size).toBe(CUSTOMERS)
    expect(there.whole.orders).toBe(ORDERS)
    expect(there.ofACustomer.orderStatistics.orders).toBeGreaterThan(0)
    expect(there.ofAYear.orderStatistics.orders).toBeGreaterThan(0)
  })
})
