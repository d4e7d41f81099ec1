import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/**
 * Tells whether a repeated command id comes with the same request: an HMAC, because a plain hash of a name or an e-mail could be guessed.
 *
 * The request is what the caller asked for: an id that the handler makes is no part of it, nor is `expectedVersion`, which says only when to
 * refuse, and a repeat is answered with its first result however far the stream has moved.
 *
 * Form: `<key id>.<hexadecimal>`. The first secret signs, all verify.
 */
export class Fingerprints {
  /** Key objects: node makes one of a Buffer at every use, which takes some 20 µs. */
  readonly #keys: readonly { readonly id: string; readonly key: KeyObject }[]

  constructor(secrets: readonly string[]) {
    this.#keys = secrets.map((secret) => {
      const bytes = createHash('sha256').update('order-gateway/fingerprint/').update(secret).digest()
      return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), key: createSecretKey(bytes) }
    })
  }

  of(request: object): string {
    const [signing] = this.#keys
    if (!signing) throw new Error('TOKEN_SECRET: expected at least one secret, found none.')
    return `${signing.id}.${hmac(signing.key, request)}`
  }

  /** False too where the secret that made it is not listed any more: a first result is handed out only for what is surely the same request. */
  matches(fingerprint: string, request: object): boolean {
    const [id, digest] = fingerprint.split('.')
    const made = this.#keys.find((key) => key.id === id)
    return made !== undefined && digest === hmac(made.key, request)
  }
}

function hmac(key: KeyObject, request: object): string {
  return createHmac('sha256', key).update(canonical(request)).digest('hex')
}

/** JSON with the fields of every object in one order; what is undefined was not said. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value !== null && typeof value === 'object') {
    let fields = ''
    for (const name of Object.keys(value).sort()) {
      const each = (value as Record<string, unknown>)[name]
      if (each !== undefined) fields += `${fields && ','}${JSON.stringify(name)}:${canonical(each)}`
    }
    return `{${fields}}`
  }
  return JSON.stringify(value)
}
