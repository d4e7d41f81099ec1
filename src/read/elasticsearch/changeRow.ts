import { type Client, errors } from '@elastic/elasticsearch'
import { parseRevision, revisionOf } from './bulkWrite.js'
import { orUnavailable } from './translateErrors.js'

/** What becomes of a row: another one, nothing, or what it is. */
export type RowChange<Row extends object> = { readonly put: Row } | 'delete' | 'keep'

const CONFLICT = 409

/**
 * Changes one row of a small index by compare-and-set, as often as somebody else comes between. Searchable when it returns: such rows are
 * few and change seldom. Returns what was done in the end. Throws StoreUnavailable.
 */
export async function changeRow<Row extends object>(
  client: Client,
  { index, id }: { readonly index: string; readonly id: string },
  decide: (row: Row | undefined) => RowChange<Row>,
): Promise<RowChange<Row>> {
  for (;;) {
    const { docs } = await orUnavailable(() => client.mget<Row>({ index, ids: [id] }))
    const [found] = docs
    const isThere = found !== undefined && 'found' in found && found.found === true
    const change = decide(isThere ? found._source : undefined)
    if (change === 'keep') return change
    const expected = isThere ? parseRevision(revisionOf(found._seq_no, found._primary_term)) : undefined
    if (await written(() => write(client, { index, id }, change, expected))) return change
  }
}

async function write(
  client: Client,
  { index, id }: { readonly index: string; readonly id: string },
  change: Exclude<RowChange<object>, 'keep'>,
  expected: ReturnType<typeof parseRevision> | undefined,
): Promise<unknown> {
  const compare = expected && { if_seq_no: expected.seqNo, if_primary_term: expected.primaryTerm }
  if (change === 'delete') return compare && client.delete({ index, id, refresh: true, ...compare })
  const document = change.put
  return compare
    ? client.index({ index, id, document, refresh: true, ...compare })
    : client.create({ index, id, document, refresh: true })
}

/** False where somebody else has written it since it was read. */
async function written(work: () => Promise<unknown>): Promise<boolean> {
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
