import type { Logger } from 'pino'
import { WriteThrough } from '../../../projector/writeThrough.js'
import { CachedDocuments } from '../../../src/read/cache/cachedDocuments.js'
import { type DocumentCache, ENTRY_TTL_MS } from '../../../src/read/cache/documentCache.js'
import type { DocumentReader, DocumentStore } from '../../../src/read/documentStore.js'
import { operationsPerSecond } from '../closedLoop.js'
import { shopOrder } from './orders.js'

const CLIENTS = 32
const SECONDS = 3
const WRITES = 150

/** Reads of one order each, by clients that choose by turns from `ids`. */
export function readsPerSecond(documents: DocumentReader, ids: readonly string[]): Promise<number> {
  let next = 0
  return operationsPerSecond(CLIENTS, SECONDS, async () => {
    const id = ids[next++ % ids.length] ?? ''
    const found = await documents.get('orders', [id])
    if (!found.has(id)) throw new Error(`Expected ${id} to be there.`)
  })
}

/** As readsPerSecond, of orders that nobody has read within the life of an entry. Throws where there are too few of them. */
export async function coldReadsPerSecond(documents: DocumentReader, ids: readonly string[]): Promise<number> {
  const rate = await readsPerSecond(documents, ids)
  if (ids.length / rate < ENTRY_TTL_MS / 1_000) throw new Error(`Expected more than ${ids.length} orders to be cold.`)
  return rate
}

/** The reads that follow each change, by one gateway after the other: how many of them a second of reading holds. */
export async function readsAfterWritePerSecond(
  store: DocumentStore,
  cache: DocumentCache | undefined,
  gateways: number,
  logger: Logger,
): Promise<number> {
  const writer = cache ? new WriteThrough(store, cache, logger) : undefined
  const readers: readonly DocumentReader[] = Array.from({ length: gateways }, () =>
    cache ? new CachedDocuments(store, cache) : store,
  )
  let readingMs = 0
  for (let write = 0; write < WRITES; write++) {
    const id = `changed-${process.hrtime.bigint()}`
    await (writer ?? store).write([{ projection: 'orders', document: shopOrder(id), expected: 'absent' }])
    await writer?.shownEverywhere()
    const startedAt = performance.now()
    for (const reader of readers) await reader.get('orders', [id])
    readingMs += performance.now() - startedAt
  }
  return (WRITES * gateways) / (readingMs / 1_000)
}
