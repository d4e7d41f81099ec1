import { LRUCache } from 'lru-cache'
import type { Documents, ProjectionName } from '../src/contract/documents.js'
import { chunks } from '../src/read/chunks.js'
import type { DocumentStore, DocumentWrite, DocumentWriteResult, StoredDocument } from '../src/read/documentStore.js'
import type { AnySlot, DocumentSlot } from './documentSlot.js'

/** What the store takes in one call. */
const MAX_DOCUMENTS_PER_CALL = 1_000
/** Of each projection. An order and its timeline take some 5 kB, so that all of it stays under 50 MB. */
const MAX_REMEMBERED = 4_000

type Memory = { readonly [Name in ProjectionName]: LRUCache<string, StoredDocument<Documents[Name]>> }

/** A document that the store refused for good. */
export interface Rejection {
  readonly slot: AnySlot
  readonly reason: string
}

/**
 * The document store with the last documents remembered in front of it.
 *
 * A remembered document may be old. That is safe, because every write compares the revision it was made from: a conflict means read again.
 */
export class DocumentsInHand {
  readonly #store: DocumentStore
  readonly #memory: Memory = {
    orders: new LRUCache({ max: MAX_REMEMBERED }),
    orderTimelines: new LRUCache({ max: MAX_REMEMBERED }),
    customers: new LRUCache({ max: MAX_REMEMBERED }),
    products: new LRUCache({ max: MAX_REMEMBERED }),
  }

  constructor(store: DocumentStore) {
    this.#store = store
  }

  /** Loads those slots that are not loaded. Throws StoreUnavailable. */
  async load(slots: readonly AnySlot[]): Promise<void> {
    await Promise.all([
      this.#loadOf(
        'orders',
        slots.filter((slot) => slot.projection === 'orders'),
      ),
      this.#loadOf(
        'orderTimelines',
        slots.filter((slot) => slot.projection === 'orderTimelines'),
      ),
      this.#loadOf(
        'customers',
        slots.filter((slot) => slot.projection === 'customers'),
      ),
      this.#loadOf(
        'products',
        slots.filter((slot) => slot.projection === 'products'),
      ),
    ])
  }

  /** What the store holds now, whatever is remembered. */
  async read<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, StoredDocument<Documents[Name]>>> {
    const found = new Map<string, StoredDocument<Documents[Name]>>()
    for (const some of chunks(ids, MAX_DOCUMENTS_PER_CALL)) {
      for (const [id, stored] of await this.#store.get(projection, some)) {
        this.#memory[projection].set(id, stored)
        found.set(id, stored)
      }
    }
    return found
  }

  /**
   * Writes what is pending, at most once a document. A slot that met a conflict comes back unloaded. Throws StoreUnavailable; then a part of
   * a large set may be written, and what is remembered may be old.
   */
  async write(
    slots: readonly AnySlot[],
  ): Promise<{ readonly conflicts: readonly AnySlot[]; readonly rejections: readonly Rejection[] }> {
    const pending = slots.flatMap((slot) => {
      const write = slot.toWrite()
      return write ? [{ slot, write }] : []
    })
    const conflicts: AnySlot[] = []
    const rejections: Rejection[] = []
    for (const some of chunks(pending, MAX_DOCUMENTS_PER_CALL)) {
      const results = await this.#store.write(some.map(({ write }): DocumentWrite => write))
      for (const [index, { slot }] of some.entries()) {
        const result = resultAt(results, index)
        if (result.kind === 'written') this.#remember(slot, result.revision)
        else {
          this.#memory[slot.projection].delete(slot.id)
          slot.unload()
          if (result.kind === 'conflict') conflicts.push(slot)
          else rejections.push({ slot, reason: result.reason })
        }
      }
    }
    return { conflicts, rejections }
  }

  async #loadOf<Name extends ProjectionName>(projection: Name, slots: readonly DocumentSlot<Name>[]): Promise<void> {
    const memory = this.#memory[projection]
    const unknown: DocumentSlot<Name>[] = []
    for (const slot of slots) {
      if (slot.loaded) continue
      const remembered = memory.get(slot.id)
      if (remembered) slot.load(remembered)
      else if (slot.expectedNew) slot.load(undefined)
      else unknown.push(slot)
    }
    if (unknown.length === 0) return
    const found = await this.read(
      projection,
      unknown.map(({ id }) => id),
    )
    for (const slot of unknown) slot.load(found.get(slot.id))
  }

  #remember(slot: AnySlot, revision: Parameters<AnySlot['written']>[0]): void {
    switch (slot.projection) {
      case 'orders':
        return void this.#memory.orders.set(slot.id, slot.written(revision))
      case 'orderTimelines':
        return void this.#memory.orderTimelines.set(slot.id, slot.written(revision))
      case 'customers':
        return void this.#memory.customers.set(slot.id, slot.written(revision))
      case 'products':
        return void this.#memory.products.set(slot.id, slot.written(revision))
    }
  }
}

function resultAt(results: readonly DocumentWriteResult[], index: number): DocumentWriteResult {
  const result = results[index]
  if (!result) throw new Error(`Expected one result a document, found ${results.length}.`)
  return result
}
