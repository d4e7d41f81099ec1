import { LRUCache } from 'lru-cache'
import { type DomainEvent, decodeEvent, personalSubjectOf } from '../src/contract/eventCodec.js'
import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import type { DataKey, PersonalDataCipher } from '../src/contract/personalData.js'
import type { CustomerKeys } from '../src/write/customerKeys.js'

/** Long enough to serve the events that follow a customer's registration, short enough that a forgotten key leaves the memory soon. */
const KEY_TTL_MS = 30_000
const MAX_KEYS = 5_000

/** Throws UndecodableEvent. */
export type Decode = (envelope: EventEnvelope) => DomainEvent

/** Reads without any key: personal fields are null. For what needs none of them. */
export const decodeWithoutKeys: Decode = (envelope) => decodeEvent(envelope, () => null)

/** Decodes events with the keys of the customers they speak of. A customer without a key was forgotten: their fields are null. */
export class EventReader {
  readonly #keys: CustomerKeys
  readonly #cipher: PersonalDataCipher
  /** Of present keys only: one that is absent now may be on its way. */
  readonly #known = new LRUCache<string, DataKey>({ max: MAX_KEYS, ttl: KEY_TTL_MS })

  constructor(keys: CustomerKeys, cipher: PersonalDataCipher) {
    this.#keys = keys
    this.#cipher = cipher
  }

  /**
   * Fetches the keys for these events and returns what decodes them. Throws LogUnavailable, and BrokenSeal where no master key of ours opens a
   * customer's key: that is a wrong configuration, which must stop everything rather than park every stream.
   */
  async prepare(envelopes: readonly EventEnvelope[]): Promise<Decode> {
    const subjects = new Set(envelopes.flatMap((envelope) => personalSubjectOf(envelope) ?? []))
    const keys = new Map<string, DataKey>()
    const unknown: string[] = []
    for (const subject of subjects) {
      const key = this.#known.get(subject)
      if (key) keys.set(subject, key)
      else unknown.push(subject)
    }
    if (unknown.length > 0) {
      for (const [subject, wrapped] of await this.#keys.wrappedKeys(unknown)) {
        const key = this.#cipher.unwrap(wrapped)
        this.#known.set(subject, key)
        keys.set(subject, key)
      }
    }
    const decode: Decode = (envelope) =>
      decodeEvent(envelope, (sealed) => {
        const key = keys.get(personalSubjectOf(envelope) ?? '')
        return key ? this.#cipher.open(key, envelope.eventId, sealed) : null
      })
    return once(decode)
  }
}

/** Each document that an event is folded into asks for it, and to decrypt it is the dearest part of folding. */
function once(decode: Decode): Decode {
  const decoded = new Map<EventEnvelope, DomainEvent>()
  return (envelope) => {
    const event = decoded.get(envelope) ?? decode(envelope)
    decoded.set(envelope, event)
    return event
  }
}
