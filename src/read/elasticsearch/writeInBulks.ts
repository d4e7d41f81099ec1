import type { Client } from '@elastic/elasticsearch'
import type { DocumentWriteResult, StoreUnavailable } from '../documentStore.js'
import { type BulkItem, bulkWrite } from './bulkWrite.js'
import { storedAs } from './revision.js'

/** Fewer are slower: bulks of 200 documents take two thirds of the throughput, of 50 less than half. More gain little. */
const MAX_DOCUMENTS = 1_000
/** A server refuses 100 MB, and holds every request under way in its heap. */
const MAX_BYTES = 8 * 1024 * 1024
/** Two are up to 1.4 times as fast as one; more make the slowest much slower. */
const IN_FLIGHT = 2

/**
 * Compare-and-set of any number of documents, each judged by itself: what is acknowledged stays so, however the others fare. Results in the order
 * of `items`. Where something is written and the fate of others is unknown, those are conflicts: to be read again, which tells. Throws
 * StoreUnavailable when nothing is known to be written.
 */
export async function writeInBulks(
  client: Client,
  items: readonly BulkItem[],
): Promise<readonly DocumentWriteResult[]> {
  const results = new Map<BulkItem, DocumentWriteResult>()
  const waiting = inBulks(items.filter(isOfItsIndex))
  let unavailable: StoreUnavailable | undefined
  const writeOnAndOn = async () => {
    for (let bulk = waiting.shift(); bulk; bulk = waiting.shift())
      unavailable = (await bulkWrite(client, bulk, results)) ?? unavailable
  }
  // All of them, also after a fault: whoever tries again must not meet writes of the last try.
  const ends = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, writeOnAndOn))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  if (unavailable && ![...results.values()].some(({ kind }) => kind === 'written')) throw unavailable
  return items.map((item) => results.get(item) ?? { kind: 'conflict' })
}

/** What was read before the readers' alias moved is compared with a counter that is not its own. */
function isOfItsIndex({ to, expected }: BulkItem): boolean {
  return expected === 'absent' || storedAs(expected).index === to.index
}

/** In order, each within both bounds; a document that is beyond one by itself goes alone. */
export function inBulks<Item extends Pick<BulkItem, 'source'>>(items: readonly Item[]): Item[][] {
  const bulks: Item[][] = []
  let bytes = 0
  for (const item of items) {
    const size = Buffer.byteLength(item.source)
    const last = bulks.at(-1)
    bytes += size
    if (last && last.length < MAX_DOCUMENTS && bytes <= MAX_BYTES) last.push(item)
    else {
      bulks.push([item])
      bytes = size
    }
  }
  return bulks
}
