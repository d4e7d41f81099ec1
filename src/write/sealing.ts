import type { DomainEvent } from '../contract/eventCodec.js'
import type { JsonObject } from '../contract/eventEnvelope.js'
import type { DataKey, PersonalDataCipher } from '../contract/personalData.js'
import type { DataKeys } from './dataKeys.js'
import type { CustomerKeyChange } from './eventStore/eventStore.js'

/** How the personal fields of one event are sealed, and what becomes of the customer's key with it. */
export interface Sealing {
  readonly seal: (personal: JsonObject) => string
  readonly keyChange?: CustomerKeyChange
}

/**
 * A registration makes the customer's key, and nothing else ever does: a key made by a look-up could come back after it was destroyed.
 *
 * customerId: the event's subject. Undefined where that customer has no key any more. Throws LogUnavailable.
 */
export async function sealingOf(
  event: DomainEvent,
  eventId: string,
  customerId: string,
  { cipher, dataKeys }: { readonly cipher: PersonalDataCipher; readonly dataKeys: DataKeys },
): Promise<Sealing | undefined> {
  const sealedUnder = (key: DataKey) => (personal: JsonObject) => cipher.seal(key, eventId, personal)
  switch (event.type) {
    case 'CustomerRegistered': {
      const wrappedKey = cipher.newWrappedKey()
      return {
        seal: sealedUnder(cipher.unwrap(wrappedKey)),
        keyChange: { kind: 'create', customerId, wrappedKey },
      }
    }
    case 'CustomerForgotten':
      return { seal: sealsNothing, keyChange: { kind: 'destroy', customerId } }
    case 'CustomerContactChanged':
    case 'OrderCreated': {
      const key = await dataKeys.of(customerId)
      return key && { seal: sealedUnder(key) }
    }
    default:
      return { seal: sealsNothing }
  }
}

function sealsNothing(): never {
  throw new Error('Expected an event without personal fields, found one that has some and no key to seal them.')
}
