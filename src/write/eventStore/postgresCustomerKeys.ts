import type { PrismaClient } from '../../generated/prisma/client.js'
import type { CustomerKeys } from '../customerKeys.js'
import { orLogUnavailable } from './sqlErrors.js'

const WRAPPED_KEYS =
  'SELECT customer_id, wrapped_key FROM customer_keys WHERE customer_id = ANY($1::text[]) AND wrapped_key IS NOT NULL'

export class PostgresCustomerKeys implements CustomerKeys {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async wrappedKeys(customerIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await orLogUnavailable(() =>
      this.#prisma.$queryRawUnsafe<{ customer_id: string; wrapped_key: string }[]>(WRAPPED_KEYS, customerIds),
    )
    return new Map(rows.map(({ customer_id, wrapped_key }) => [customer_id, wrapped_key]))
  }
}
