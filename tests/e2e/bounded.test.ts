import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConsistencyTokens } from '../../src/contract/consistencyToken.js'
import { streamIdOf } from '../../src/contract/streams.js'
import { eventually } from '../support/eventually.js'
import { samplesOf, totalOf } from '../support/exposition.js'
import { openInstallation } from '../support/openInstallation.js'
import { describeInBothProfiles } from '../support/profiles.js'
import { RawSocket } from '../support/rawSocket.js'
import type { ServiceUnderTest } from '../support/service.js'
import { stablePort } from '../support/stack/ports.js'
import { addOrderItem, addProduct, createOrder, orderChanged } from './operations.js'
import { ADDRESS, accepted, Shop } from './shop.js'

const READERS_OF_NOTHING = 8
const SUBSCRIPTIONS_EACH = 10
const LINES = 100
const CHANGES = 150
/** Were every change kept for every subscription, it would be some 600 MB. */
const MAX_GROWTH = 300 * 2 ** 20
/** Of 100 lines, each three times over: some 50 kB a change. */
const WIDE = /* GraphQL */ `
  subscription WideOrder($orderId: ID!) {
    orderChanged(orderId: $orderId) {
      order { a: items { ...WideLine } b: items { ...WideLine } c: items { ...WideLine } }
    }
  }
  fragment WideLine on OrderItem { sku productName unitPrice { amount currency } lineTotal { amount currency } }
`
const COMPLETED = /* GraphQL */ `
  subscription ($token: ConsistencyToken!) { projectionCompleted(token: $token, timeoutMs: 60000) { status } }
`

function bytesInUse(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describeInBothProfiles((startService) => {
  let service: ServiceUnderTest
  beforeAll(async () => {
    service = await startService({ METRICS_PORT: String(await stablePort()) })
  })
  afterAll(() => service.stop())

  async function gauge(name: string): Promise<number | undefined> {
    const response = await fetch(`http://127.0.0.1:${service.config.metricsPort}/metrics`)
    return totalOf(samplesOf(await response.text()), name)
  }

  async function wideOrder(shop: Shop): Promise<string> {
    const orderId = randomUUID()
    const skus = Array.from({ length: LINES }, (_, n) => `${shop.sku}-${n}`)
    await Promise.all(
      skus.map(async (sku) => {
        const input = {
          sku,
          name: `A chair ${'of oak '.repeat(4)}`,
          unitPrice: { amount: '1.00', currency: 'USD' },
          onHand: 1_000,
        }
        accepted((await service.client.request(addProduct, { input })).addProduct)
      }),
    )
    const items = skus.map((sku) => ({ sku, quantity: 1 }))
    const input = { orderId, customerId: shop.customerId, items, shippingAddress: ADDRESS }
    accepted((await service.client.request(createOrder, { input })).createOrder)
    return orderId
  }

  describe('INV-20 BOUNDED', () => {
    it('clients that never read hold no more than their share, and who reads gets every change', async () => {
      const shop = await Shop.open(service.client)
      const orderId = await wideOrder(shop)
      const before = bytesInUse()
      const idle = await Promise.all(
        Array.from({ length: READERS_OF_NOTHING }, () => RawSocket.initialised(service.url)),
      )
      for (const socket of idle) {
        socket.pause()
        for (let n = 0; n < SUBSCRIPTIONS_EACH; n++) socket.subscribe(String(n), WIDE, { orderId })
      }
      const seen: number[] = []
      const reading = (async () => {
        for await (const { data } of service.client.subscribe(orderChanged, { orderId })) {
          if (data) seen.push(data.orderChanged.version)
          if (data?.orderChanged.version === 1 + CHANGES) break
        }
      })()
      const subscriptions = READERS_OF_NOTHING * SUBSCRIPTIONS_EACH + 1
      await eventually(async () => (await gauge('order_gateway_subscriptions_active')) === subscriptions, 30_000)

      for (let n = 0; n < CHANGES; n++) {
        const input = { orderId, item: { sku: `${shop.sku}-0`, quantity: 1 } }
        accepted((await service.client.request(addOrderItem, { input })).addOrderItem)
      }
      await reading
      expect(seen).toEqual(Array.from({ length: 1 + CHANGES }, (_, n) => n + 1))
      expect(bytesInUse() - before).toBeLessThan(MAX_GROWTH)
      await Promise.all(idle.map((socket) => socket.close()))
      await eventually(async () => (await gauge('order_gateway_subscriptions_active')) === 0, 30_000)
    }, 120_000)

    it('waits of clients that have gone end with them', async () => {
      const shop = await Shop.open(service.client)
      const { id } = await shop.order()
      const before = await gauge('order_gateway_waiters_active')
      const installation = await openInstallation(service.config)
      const tokens = new ConsistencyTokens(service.config.tokenSecrets ?? [], installation.id)
      await installation.close()
      // Of a version that never comes.
      const token = tokens.issue({ streamId: streamIdOf('order', id), version: 2 })
      const sockets = await Promise.all(Array.from({ length: 5 }, () => RawSocket.initialised(service.url)))
      for (const socket of sockets) {
        for (let n = 0; n < SUBSCRIPTIONS_EACH; n++) socket.subscribe(String(n), COMPLETED, { token })
      }
      const waiting = (before ?? 0) + 5 * SUBSCRIPTIONS_EACH
      await eventually(async () => (await gauge('order_gateway_waiters_active')) === waiting, 30_000)
      await Promise.all(sockets.map((socket) => socket.close()))
      await eventually(async () => (await gauge('order_gateway_waiters_active')) === (before ?? 0), 30_000)
    }, 120_000)
  })
})
