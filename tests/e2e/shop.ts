import { randomUUID } from 'node:crypto'
import type { Client } from '../support/client.js'
import { addProduct, createOrder, registerCustomer } from './operations.js'

export const ADDRESS = {
  line1: 'High Street 1',
  line2: null,
  city: 'Henderson',
  region: 'Kentucky',
  postalCode: '42420',
  country: 'US',
}

/** Between the writes of one client in the background: as fast as they can they would take the processors from what is tested. */
export const PACE_MS = 200

export interface PlacedOrder {
  readonly id: string
  readonly token: string
}

/** A customer and a product of their own for each test, so that tests share a service and nothing else. */
export class Shop {
  private constructor(
    readonly client: Client,
    readonly customerId: string,
    readonly sku: string,
  ) {}

  static async open(
    client: Client,
    customer = { name: 'Ada Lovelace', email: 'ada@example.com' },
    unitPrice = { amount: '20.00', currency: 'USD' },
  ): Promise<Shop> {
    const shop = new Shop(client, `c-${randomUUID()}`, `sku-${randomUUID()}`)
    accepted(
      (await client.request(registerCustomer, { input: { customerId: shop.customerId, ...customer } }))
        .registerCustomer,
    )
    accepted(
      (await client.request(addProduct, { input: { sku: shop.sku, name: 'Oak Chair', unitPrice, onHand: 100 } }))
        .addProduct,
    )
    return shop
  }

  /** The same customer and product, at a service that has them as well. */
  at(client: Client): Shop {
    return new Shop(client, this.customerId, this.sku)
  }

  async order(quantity = 1, orderId: string = randomUUID()): Promise<PlacedOrder> {
    const { createOrder: payload } = await this.client.request(createOrder, {
      input: { orderId, customerId: this.customerId, items: [{ sku: this.sku, quantity }], shippingAddress: ADDRESS },
    })
    const receipt = accepted(payload)
    return { id: receipt.streamId, token: receipt.token }
  }
}

/** The receipt of a payload; a refusal fails the test with its reason. */
export function accepted<Receipt>(payload: {
  readonly receipt?: Receipt | null
  readonly userErrors: readonly { readonly code: string; readonly message: string }[]
}): Receipt {
  if (!payload.receipt) throw new Error(`Expected the command to be accepted: ${JSON.stringify(payload.userErrors)}`)
  return payload.receipt
}
