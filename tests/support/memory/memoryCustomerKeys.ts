import type { PersonalDataCipher } from '../../../src/contract/personalData.js'
import type { CustomerKeys } from '../../../src/write/customerKeys.js'

/** Customers' keys in memory: made on first use, gone for good once destroyed. */
export class MemoryCustomerKeys implements CustomerKeys {
  readonly #cipher: PersonalDataCipher
  readonly #wrapped = new Map<string, string | 'destroyed'>()

  constructor(cipher: PersonalDataCipher) {
    this.#cipher = cipher
  }

  wrappedKeys(customerIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = customerIds.flatMap((id): [string, string][] => {
      const wrapped = this.#wrapped.get(id)
      return wrapped === undefined || wrapped === 'destroyed' ? [] : [[id, wrapped]]
    })
    return Promise.resolve(new Map(found))
  }

  /** Undefined once destroyed. */
  keyToSealWith(customerId: string): string | undefined {
    const wrapped = this.#wrapped.get(customerId) ?? this.#cipher.newWrappedKey()
    if (wrapped === 'destroyed') return undefined
    this.#wrapped.set(customerId, wrapped)
    return wrapped
  }

  destroy(customerId: string): void {
    this.#wrapped.set(customerId, 'destroyed')
  }
}
