import { LRUCache } from 'lru-cache'
import type { DataKey, PersonalDataCipher } from '../contract/personalData.js'
import type { CustomerKeys } from './customerKeys.js'

const MAX_KEYS = 2_000
/** A key that another process destroyed is used this long at most, and then only to seal what nobody can open any more. */
const TTL_MS = 60_000

/** The unwrapped keys of customers, as far as they are used just now. */
export class DataKeys {
  readonly #customerKeys: CustomerKeys
  readonly #cipher: PersonalDataCipher
  readonly #cache = new LRUCache<string, DataKey>({ max: MAX_KEYS, ttl: TTL_MS })

  constructor(customerKeys: CustomerKeys, cipher: PersonalDataCipher) {
    this.#customerKeys = customerKeys
    this.#cipher = cipher
  }

  /** Undefined for a customer who has none: forgotten, or never registered. Throws LogUnavailable, BrokenSeal. */
  async of(customerId: string): Promise<DataKey | undefined> {
    const cached = this.#cache.get(customerId)
    if (cached) return cached
    const wrapped = (await this.#customerKeys.wrappedKeys([customerId])).get(customerId)
    if (wrapped === undefined) return undefined
    const key = this.#cipher.unwrap(wrapped)
    this.#cache.set(customerId, key)
    return key
  }

  drop(customerId: string): void {
    this.#cache.delete(customerId)
  }
}
