import { createHash } from 'node:crypto'
import type { Json } from '../contract/eventEnvelope.js'
import type { SignedText } from '../contract/signedText.js'
import { badUserInput } from './errors.js'

/** What a cursor is a place in: the kind of list and all that changes its order. A cursor of another scope is refused. */
export type CursorScope = string & { readonly cursorScope: unique symbol }

export function ordersSortedBy(sort: string): CursorScope {
  return `orders:${sort}` as CursorScope
}

/** Hits are ordered by how they match, so the words are part of the scope. */
export function searchFor(words: readonly string[]): CursorScope {
  return `search:${digest(words)}` as CursorScope
}

export function productsFor(words: readonly string[]): CursorScope {
  return `products:${digest(words)}` as CursorScope
}

export function timelineOf(orderId: string): CursorScope {
  return `timeline:${orderId}` as CursorScope
}

export function changesOf(orderId: string): CursorScope {
  return `changes:${orderId}` as CursorScope
}

export const ALL_CHANGES = 'changes' as CursorScope

/** Makes and reads the API's cursors: opaque, signed, bound to their list. */
export class Cursors {
  readonly #signed: SignedText

  constructor(signed: SignedText) {
    this.#signed = signed
  }

  issue(scope: CursorScope, place: Json): string {
    return this.#signed.sign({ of: scope, at: place })
  }

  /** The place in the list. argument: the one it came in by, for the message. Throws BAD_USER_INPUT. */
  read(scope: CursorScope, cursor: string, argument: string): Json {
    const payload = this.#signed.verify(cursor)
    if (!payload)
      throw badUserInput(
        `Expected ${argument} to be a cursor as this service returned it, unchanged; found another text.`,
      )
    const { of, at } = payload
    if (of !== scope || at === undefined) {
      throw badUserInput(
        `Expected ${argument} to be a cursor of this very list, in the same order; found a cursor of another list.`,
      )
    }
    return at
  }
}

function digest(words: readonly string[]): string {
  return createHash('sha256').update(words.join(' ')).digest('base64url').slice(0, 16)
}
