import { UnusableIndex } from './indices.js'
import { ElasticsearchFault } from './translateErrors.js'

const UNKNOWN_USER = 401
const NOT_ALLOWED = 403

/** Runs a step of the start; what Elasticsearch has against it comes out as one line that says which setting to change. */
export async function toldToOperator<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ElasticsearchFault) throw new UnusableIndex(lineFor(error))
    throw error
  }
}

function lineFor({ status, type }: ElasticsearchFault): string {
  if (status === UNKNOWN_USER)
    return 'ELASTICSEARCH_URL: expected user and password that Elasticsearch knows, found that it refuses them: correct them in the address.'
  if (status === NOT_ALLOWED)
    return 'ELASTICSEARCH_URL: expected a user who may monitor the cluster and manage all indices under ELASTICSEARCH_PREFIX, found one who may not: give more rights, or name another user.'
  return `ELASTICSEARCH_URL: expected Elasticsearch 9, found a server that does not speak its language (${status === undefined ? '' : `status ${status}, `}${type}): upgrade it, or correct the address.`
}
