import type { Documents, ProjectionName } from '../../src/contract/documents.js'
import { AnnouncementRing, type RingBounds } from '../../src/read/announcementRing.js'
import { BatchedDocuments } from '../../src/read/batchedDocuments.js'
import type { DocumentStore, DocumentWrite, StoredDocument } from '../../src/read/documentStore.js'
import { Recheck } from '../../src/read/recheck.js'
import { AnnouncedVersionWaiter, type WaiterBounds } from '../../src/read/waitForVersion.js'
import { AnnouncedOrderWatcher } from '../../src/read/watchOrders.js'
import { MemoryAnnouncementFeed } from './memory/memoryAnnouncementFeed.js'
import { MemoryDocumentStore } from './memory/memoryDocumentStore.js'
import { MemoryParkedStreams } from './memory/memoryParkedStreams.js'

export const WAITER_RECHECK_MS = 1_000
export const WATCHER_RECHECK_MS = 30_000

/**
 * Waiter and watcher on documents in memory, with a ring that the test fills by hand.
 *
 * around: runs the reads of the store, so that a test can delay them, let them fail and count them.
 */
export function liveReadsInMemory({
  ring: ringBounds = { capacity: 100, repeatSpan: 10 },
  waiters: bounds = { inAll: 10, perConnection: 5 },
  around = (read) => read(),
  shownEverywhere = () => Promise.resolve(),
}: {
  readonly ring?: RingBounds
  readonly waiters?: WaiterBounds
  readonly shownEverywhere?: () => Promise<void>
  readonly around?: <Answer>(read: () => Promise<Answer>, name: string, ids: readonly string[]) => Promise<Answer>
} = {}) {
  const store = new MemoryDocumentStore()
  const parked = new MemoryParkedStreams()
  const ring = new AnnouncementRing(ringBounds)
  const get = <Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, StoredDocument<Documents[Name]>>> =>
    around(() => store.get(projection, ids), projection, ids)
  const documents = new BatchedDocuments(
    { get },
    { find: (streamIds) => around(() => parked.find(streamIds), 'parked', streamIds) },
  )
  const waiterRecheck = new Recheck(WAITER_RECHECK_MS)
  const watcherRecheck = new Recheck(WATCHER_RECHECK_MS)
  const searchability = { reached: () => around(() => store.makeSearchable(), 'searchable', []) }
  const waiter = new AnnouncedVersionWaiter({
    ring,
    documents,
    searchability,
    shownEverywhere,
    recheck: waiterRecheck,
    bounds,
  })
  const watcher = new AnnouncedOrderWatcher({
    ring,
    feed: new MemoryAnnouncementFeed(),
    documents,
    recheck: watcherRecheck,
  })
  return {
    store,
    parked,
    ring,
    waiter,
    watcher,
    show: (projection: ProjectionName, document: Documents[ProjectionName]) => show(store, projection, document),
    /** Everything that a wait or a subscription registers: 0 when all have left. */
    registered: () => ring.listenerCount + waiter.size + waiterRecheck.size + watcherRecheck.size,
  }
}

/** Writes over whatever is there. */
async function show(
  store: DocumentStore,
  projection: ProjectionName,
  document: Documents[ProjectionName],
): Promise<void> {
  const expected = (await store.get(projection, [document.id])).get(document.id)?.revision ?? 'absent'
  // Caller names the projection of its document.
  await store.write([{ projection, document, expected } as DocumentWrite])
}
