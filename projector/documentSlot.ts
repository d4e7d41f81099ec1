import type { Documents, ProjectionName } from '../src/contract/documents.js'
import type { DomainEvent } from '../src/contract/eventCodec.js'
import type { DocumentWrite, Revision, StoredDocument } from '../src/read/documentStore.js'
import type { EventFacts } from './projections/projection.js'
import { project } from './projections/registry.js'

/**
 * One document while a slice is worked on: what the store holds, and what it is to hold next.
 *
 *   unread ──load──► loaded ──fold, replace──► pending ──written──► loaded
 *      ▲                                          │
 *      └──────────────────conflict────────────────┘
 */
export class DocumentSlot<Name extends ProjectionName> {
  #stored: StoredDocument<Documents[Name]> | undefined
  #pending: Documents[Name] | undefined
  #loaded = false
  #wasWritten = false
  #expectedNew: boolean

  /** expectedNew: the document is believed not to exist, so that reading it first can be saved; a conflict ends the belief. */
  constructor(
    readonly projection: Name,
    readonly id: string,
    expectedNew = false,
  ) {
    this.#expectedNew = expectedNew
  }

  get expectedNew(): boolean {
    return this.#expectedNew
  }

  get loaded(): boolean {
    return this.#loaded
  }

  /** Whether something was written through this slot, and not only found. */
  get wasWritten(): boolean {
    return this.#wasWritten
  }

  /** With what is not written yet. */
  get current(): Documents[Name] | undefined {
    return this.#pending ?? this.#stored?.document
  }

  get stored(): StoredDocument<Documents[Name]> | undefined {
    return this.#stored
  }

  get version(): number {
    return this.current?.version ?? 0
  }

  get isPending(): boolean {
    return this.#pending !== undefined
  }

  load(stored: StoredDocument<Documents[Name]> | undefined): void {
    this.#stored = stored
    this.#pending = undefined
    this.#loaded = true
  }

  /** Leaves the document as it was when the projection throws. */
  fold(event: DomainEvent, facts: EventFacts): void {
    this.#pending = project(this.projection, this.current, event, facts)
  }

  replace(document: Documents[Name]): void {
    if (document !== this.current) this.#pending = document
  }

  toWrite(): DocumentWrite | undefined {
    if (!this.#pending) return undefined
    const write = {
      projection: this.projection,
      document: this.#pending,
      expected: this.#stored?.revision ?? ('absent' as const),
    }
    // Name and document agree by construction; a union member can't be chosen by a type parameter.
    return write as DocumentWrite
  }

  /** What was pending is stored now. Returns it. */
  written(revision: Revision): StoredDocument<Documents[Name]> | undefined {
    if (!this.#pending) return undefined
    this.load({ document: this.#pending, revision })
    this.#wasWritten = true
    return this.#stored
  }

  /** Nothing is known of the document any more; what was pending is dropped. */
  unload(): void {
    this.load(undefined)
    this.#loaded = false
    this.#expectedNew = false
  }
}

export type AnySlot = { readonly [Name in ProjectionName]: DocumentSlot<Name> }[ProjectionName]

export function newSlot(projection: ProjectionName, id: string, expectedNew: boolean): AnySlot {
  switch (projection) {
    case 'orders':
      return new DocumentSlot(projection, id, expectedNew)
    case 'orderTimelines':
      return new DocumentSlot(projection, id, expectedNew)
    case 'customers':
      return new DocumentSlot(projection, id, expectedNew)
    case 'products':
      return new DocumentSlot(projection, id, expectedNew)
  }
}
