import { type Client, errors } from '@elastic/elasticsearch'
import type { Revision } from '../documentStore.js'
import type { IndexNames } from './indices.js'
import { multiGet } from './multiGet.js'
import { storedAs } from './revision.js'
import { orUnavailable } from './translateErrors.js'

/** What becomes of a row: another one, nothing, or what it is. */
export type RowChange<Row extends object> = { readonly put: Row } | 'delete' | 'keep'

interface Place {
  readonly index: IndexNames
  readonly id: string
}

const CONFLICT = 409

/**
 * Changes one row of a small index by compare-and-set, as often as somebody else comes between. Searchable when it returns: such rows are
 * few and change seldom. Returns what was done in the end. Throws StoreUnavailable.
 */
export async function changeRow<Row extends object>(
  client: Client,
  place: Place,
  decide: (row: Row | undefined) => RowChange<Row>,
): Promise<RowChange<Row>> {
  for (;;) {
    const [found] = await multiGet<Row>(client, place.index.alias, [place.id])
    const change = decide(found?.source)
    if (change === 'keep' || (await isWritten(() => write(client, place, change, found?.revision)))) return change
  }
}

async function write(
  client: Client,
  { index: { writes: index }, id }: Place,
  change: Exclude<RowChange<object>, 'keep'>,
  expected: Revision | undefined,
): Promise<unknown> {
  const stored = expected === undefined ? undefined : storedAs(expected)
  const compare = stored && { if_seq_no: stored.seqNo, if_primary_term: stored.primaryTerm }
  if (change === 'delete') return compare && client.delete({ index, id, refresh: true, ...compare })
  const row = { index, id, refresh: true, require_alias: true, document: change.put }
  return client.index(compare ? { ...row, ...compare } : { ...row, op_type: 'create' })
}

/** False where somebody else has written it since it was read. */
async function isWritten(work: () => Promise<unknown>): Promise<boolean> {
  return orUnavailable(async () => {
    try {
      await work()
      return true
    } catch (error) {
      if (error instanceof errors.ResponseError && error.statusCode === CONFLICT) return false
      throw error
    }
  })
}
