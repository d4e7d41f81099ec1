import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { JsonObject } from './eventEnvelope.js'

/** Bytes of HMAC-SHA256 that travel: 128 bits can't be guessed, and tokens stay short. */
const SIGNATURE_BYTES = 16

/**
 * A small JSON object as opaque text that callers can carry and not change: `<key id>.<payload>.<signature>`, each base64url.
 *
 * The first secret signs, all verify, so that a secret can be replaced without invalidating what was handed out. `purpose` is signed
 * too: a text made for one purpose is not valid for another.
 */
export class SignedText {
  readonly #signing: SigningKey
  readonly #keys: ReadonlyMap<string, SigningKey>
  readonly #purpose: string

  constructor(secrets: readonly string[], purpose: string) {
    const keys = secrets.map(signingKeyOf)
    const [first] = keys
    if (!first) throw new Error('TOKEN_SECRET: expected at least one secret, found none.')
    this.#signing = first
    this.#keys = new Map(keys.map((each) => [each.id, each]))
    this.#purpose = purpose
  }

  sign(payload: JsonObject): string {
    const body = Buffer.from(JSON.stringify(payload), 'utf8').toString('base64url')
    return `${this.#signing.id}.${body}.${this.#signatureOf(this.#signing, body).toString('base64url')}`
  }

  /** The payload, or undefined for anything that `sign` did not make. */
  verify(text: string): JsonObject | undefined {
    const [id = '', body = '', signature = '', ...more] = text.split('.')
    const key = this.#keys.get(id)
    if (!key || more.length > 0) return undefined
    const given = Buffer.from(signature, 'base64url')
    // Base64url leaves spare bits in its last character: compare the text as well, else one token would have several spellings.
    if (given.length !== SIGNATURE_BYTES || given.toString('base64url') !== signature) return undefined
    if (!timingSafeEqual(given, this.#signatureOf(key, body))) return undefined
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as JsonObject
  }

  #signatureOf(key: SigningKey, body: string): Buffer {
    return createHmac('sha256', key.secret).update(`${this.#purpose}\n${body}`).digest().subarray(0, SIGNATURE_BYTES)
  }
}

interface SigningKey {
  readonly id: string
  /** Prepared once: with the bare bytes each signature would cost five times as much. */
  readonly secret: KeyObject
}

function signingKeyOf(secret: string): SigningKey {
  const bytes = createHash('sha256').update('order-gateway/signing/').update(secret).digest()
  return { id: createHash('sha256').update(bytes).digest('base64url').slice(0, 4), secret: createSecretKey(bytes) }
}
