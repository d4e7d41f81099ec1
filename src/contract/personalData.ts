import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomFillSync,
} from 'node:crypto'
import type { JsonObject } from './eventEnvelope.js'

/**
 * A customer's data key, unwrapped: 32 bytes. Never written anywhere, never logged.
 *
 * A key object and no Buffer: node makes one of a Buffer at every use, which takes some 40 µs, eight times what the decryption itself takes.
 */
export type DataKey = KeyObject & { readonly dataKey: unique symbol }

/** A sealed text that no key of ours opens: changed, cut, or sealed for another event. */
export class BrokenSeal extends Error {
  override readonly name = 'BrokenSeal'
}

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts the personal fields of events under a key per customer, and wraps those keys under a master key.
 *
 * Layout, base64url: `iv (12 bytes) | ciphertext | tag (16 bytes)`. A wrapped key is `<id of the master key>.<sealed data key>`.
 * The event id is authenticated with the fields, so that a ciphertext moved to another event does not open.
 */
export class PersonalDataCipher {
  readonly #wrapping: MasterKey
  readonly #masterKeys: ReadonlyMap<string, MasterKey>

  /** masterKeys: secrets of any length; the first wraps, all unwrap. */
  constructor(masterKeys: readonly string[]) {
    const keys = masterKeys.map(masterKeyOf)
    const [first] = keys
    if (!first) throw new Error('PERSONAL_DATA_KEY: expected at least one key, found none.')
    this.#wrapping = first
    this.#masterKeys = new Map(keys.map((each) => [each.id, each]))
  }

  newWrappedKey(): string {
    return `${this.#wrapping.id}.${encrypt(this.#wrapping.key, randomBytes(32), this.#wrapping.id)}`
  }

  /** Throws BrokenSeal where no master key given opens it. */
  unwrap(wrapped: string): DataKey {
    const [masterKeyId = '', sealed = ''] = wrapped.split('.')
    const master = this.#masterKeys.get(masterKeyId)
    if (!master)
      throw new BrokenSeal(
        `The customer's key was wrapped by the master key "${masterKeyId}", which PERSONAL_DATA_KEY does not list.`,
      )
    return createSecretKey(decrypt(master.key, sealed, masterKeyId)) as DataKey
  }

  seal(key: DataKey, eventId: string, personal: JsonObject): string {
    return encrypt(key, Buffer.from(JSON.stringify(personal), 'utf8'), eventId)
  }

  /** Throws BrokenSeal. */
  open(key: DataKey, eventId: string, sealed: string): JsonObject {
    return JSON.parse(decrypt(key, sealed, eventId).toString('utf8')) as JsonObject
  }
}

interface MasterKey {
  /** The first 8 hex digits of a hash: tells keys apart and gives none away. */
  readonly id: string
  readonly key: KeyObject
}

function masterKeyOf(secret: string): MasterKey {
  const bytes = createHash('sha256').update('order-gateway/personal-data/').update(secret).digest()
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), key: createSecretKey(bytes) }
}

function encrypt(key: KeyObject, plain: Buffer, associated: string): string {
  const iv = newIv()
  const cipher = createCipheriv(ALGORITHM, key, iv)
  cipher.setAAD(Buffer.from(associated, 'utf8'))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** Random bytes for some hundred events: drawing them one by one costs more than the encryption itself. Each is handed out once. */
const ivPool = Buffer.alloc(IV_BYTES * 256)
let ivPoolUsed = ivPool.length

function newIv(): Buffer {
  if (ivPoolUsed === ivPool.length) {
    randomFillSync(ivPool)
    ivPoolUsed = 0
  }
  const iv = ivPool.subarray(ivPoolUsed, ivPoolUsed + IV_BYTES)
  ivPoolUsed += IV_BYTES
  return iv
}

function decrypt(key: KeyObject, sealed: string, associated: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new BrokenSeal('Expected a sealed text, found one that is too short.')
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES))
  decipher.setAAD(Buffer.from(associated, 'utf8'))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES)), decipher.final()])
  } catch (cause) {
    throw new BrokenSeal('The sealed text does not open: it was changed, or belongs to another event or key.', {
      cause,
    })
  }
}
