import { LRUCache } from 'lru-cache'
import type { StreamVersion } from '../contract/consistencyToken.js'
import type { DocumentStore } from './documentStore.js'
import type { Searchability } from './searchability.js'

/** About 3 MB. Whoever asks again with a token does so soon. */
const MAX_STREAMS = 20_000

/**
 * What was searchable once stays so: a client that sends its token with every list waits for a refresh once, and the store makes one for it once.
 */
export class RememberedSearchability implements Searchability {
  readonly #store: Pick<DocumentStore, 'makeSearchable'>
  /** The highest version of each stream that was found to be searchable. */
  readonly #searchable = new LRUCache<string, number>({ max: MAX_STREAMS })

  constructor(store: Pick<DocumentStore, 'makeSearchable'>) {
    this.#store = store
  }

  async reached({ streamId, version }: StreamVersion): Promise<void> {
    if (this.#covers(streamId, version)) return
    await this.#store.makeSearchable()
    if (!this.#covers(streamId, version)) this.#searchable.set(streamId, version)
  }

  #covers(streamId: string, version: number): boolean {
    return (this.#searchable.get(streamId) ?? 0) >= version
  }
}
