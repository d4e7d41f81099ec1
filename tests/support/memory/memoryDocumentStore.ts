import type { Documents, OrderDocument, ProjectionName } from '../../../src/contract/documents.js'
import type {
  DocumentStore,
  DocumentWrite,
  DocumentWriteResult,
  Revision,
  StoredDocument,
} from '../../../src/read/documentStore.js'

type Stored = { readonly document: Documents[ProjectionName]; readonly revision: Revision }

/**
 * Documents in memory. As in a search engine, orders are found by their customer only as they were at the last `makeSearchable`, so that code
 * which forgets to call it is found out; `searchableAtOnce` is the way of a database.
 */
export class MemoryDocumentStore implements DocumentStore {
  /** Every document that was ever acknowledged, in order: what a reader could have seen. */
  readonly history: DocumentWrite[] = []
  readonly #documents = new Map<string, Stored>()
  readonly #searchableAtOnce: boolean
  #searchable: readonly OrderDocument[] = []
  #revisions = 0

  constructor({ searchableAtOnce = true }: { readonly searchableAtOnce?: boolean } = {}) {
    this.#searchableAtOnce = searchableAtOnce
  }

  get<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, StoredDocument<Documents[Name]>>> {
    const found = ids.flatMap((id): [string, StoredDocument<Documents[Name]>][] => {
      const stored = this.#documents.get(key(projection, id))
      // The key begins with the projection, so the document is of its type.
      return stored ? [[id, structuredClone(stored) as StoredDocument<Documents[Name]>]] : []
    })
    return Promise.resolve(new Map(found))
  }

  write(writes: readonly DocumentWrite[]): Promise<readonly DocumentWriteResult[]> {
    return Promise.resolve(writes.map((write) => this.#writeOne(write)))
  }

  makeSearchable(): Promise<void> {
    this.#searchable = this.#orders()
    return Promise.resolve()
  }

  ordersBehindCustomer(
    customerId: string,
    customerVersion: number,
    { limit, after = '' }: { readonly limit: number; readonly after?: string },
  ): Promise<readonly string[]> {
    const behind = (this.#searchableAtOnce ? this.#orders() : this.#searchable)
      .filter((order) => order.customerId === customerId && order.customerVersion < customerVersion && order.id > after)
      .map((order) => order.id)
      .sort()
    return Promise.resolve(behind.slice(0, limit))
  }

  /** All documents of a projection, by id. */
  all<Name extends ProjectionName>(projection: Name): ReadonlyMap<string, Documents[Name]> {
    const prefix = key(projection, '')
    const found = [...this.#documents].flatMap(([each, { document }]): [string, Documents[Name]][] =>
      each.startsWith(prefix) ? [[document.id, document as Documents[Name]]] : [],
    )
    return new Map(found)
  }

  #writeOne(write: DocumentWrite): DocumentWriteResult {
    const at = key(write.projection, write.document.id)
    const present = this.#documents.get(at)
    if ((present?.revision ?? 'absent') !== write.expected) return { kind: 'conflict' }
    const fault = faultIn(write)
    if (fault) return { kind: 'rejected', reason: fault }
    this.#revisions += 1
    const revision = String(this.#revisions) as Revision
    this.#documents.set(at, { document: structuredClone(write.document), revision })
    this.history.push(structuredClone(write))
    return { kind: 'written', revision }
  }

  #orders(): readonly OrderDocument[] {
    return [...this.all('orders').values()]
  }
}

function key(projection: ProjectionName, id: string): string {
  return `${projection}/${id}`
}

/** What no real store takes: a zero character, half of a surrogate pair, an instant that is none. */
function faultIn({ document }: DocumentWrite): string | undefined {
  if (/\\u(0000|d[89a-f])/.test(JSON.stringify(document))) return 'It holds a character that can not be stored.'
  if ('createdAt' in document && Number.isNaN(Date.parse(document.createdAt))) return 'It holds a broken instant.'
  return undefined
}
