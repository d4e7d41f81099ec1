import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { PersonalDataCipher } from '../../src/contract/personalData.js'
import { type CommandContext, openWriteSide, type WriteSide, type WriteSideOptions } from '../../src/write/index.js'

export const MASTER_KEY = 'master key of the tests'

/** Opens a write side as a service would; two on one database are two services. */
export function openTestWriteSide(databaseUrl: string, options: Partial<WriteSideOptions> = {}): Promise<WriteSide> {
  return openWriteSide({
    databaseUrl,
    cipher: new PersonalDataCipher([MASTER_KEY]),
    tokenSecrets: ['token secret of the tests'],
    logger: pino({ level: 'silent' }),
    onAppended: () => undefined,
    ...options,
  })
}

export function contextOf(change: Partial<CommandContext> = {}): CommandContext {
  return {
    principal: 'tester',
    occurredAt: '2026-01-02T03:04:05.678Z',
    traceparent: `00-${randomUUID().replaceAll('-', '')}-00f067aa0ba902b7-01`,
    correlationId: 'test',
    ...change,
  }
}

export const ADDRESS = {
  line1: 'High Street 1',
  line2: null,
  city: 'York',
  region: 'Yorkshire',
  postalCode: 'YO1',
  country: 'GB',
}

/** A registered customer `c` and a product `s` at 20.00 USD. */
export async function stock(writeSide: WriteSide): Promise<void> {
  await writeSide.handlers.customer(
    { type: 'RegisterCustomer', customerId: 'c', name: 'Ada Lovelace', email: 'ada@example.com' },
    contextOf(),
  )
  await writeSide.handlers.product(
    {
      type: 'AddProduct',
      sku: 's',
      name: 'Chair',
      category: null,
      unitPrice: { amount: '20.00', currency: 'USD' },
      onHand: 10,
    },
    contextOf(),
  )
}

export function createOrderRequest(orderId?: string) {
  return {
    type: 'CreateOrder' as const,
    ...(orderId !== undefined && { orderId }),
    customerId: 'c',
    items: [{ sku: 's', quantity: 1 }],
    shippingAddress: ADDRESS,
  }
}
