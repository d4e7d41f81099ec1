import { errors } from '@elastic/elasticsearch'
import { StoreUnavailable } from '../documentStore.js'

/** What the index or the cluster is told to refuse. */
const BLOCKED = 'cluster_block_exception'
/** Also of an alias. */
const NO_INDEX = 'index_not_found_exception'
const CLOSED = 'index_closed_exception'
const TIMED_OUT = 408
const TOO_MANY = 429
const SERVER_FAULT = 500
/** Of a cluster that has no master yet; the blocks of an index come with other numbers. */
const NOT_UP = 503
/** No answer, or one that could not be read: of a proxy in between, or cut off. */
const WITHOUT_ANSWER = [
  errors.ConnectionError,
  errors.TimeoutError,
  errors.NoLivingConnectionsError,
  errors.RequestAbortedError,
  errors.DeserializationError,
]

/**
 * What Elasticsearch had against a request, without its words: the library's error carries the request, and with it documents, so that it is
 * neither logged nor kept as a cause.
 */
export class ElasticsearchFault extends Error {
  override readonly name = 'ElasticsearchFault'

  /** type: as Elasticsearch names it, or the name of the library's error. status: of HTTP; undefined where the library gave up by itself. */
  constructor(
    readonly type: string,
    readonly status?: number,
  ) {
    super(
      status === undefined
        ? `The library of Elasticsearch gave up a request (${type}).`
        : `Elasticsearch answered with status ${status} (${type}).`,
    )
  }
}

/** Runs `work`; throws StoreUnavailable where the same may succeed later, ElasticsearchFault where it will not. */
export async function orUnavailable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw translated(error)
  }
}

function translated(error: unknown): unknown {
  if (error instanceof errors.ResponseError) return refusal(error.statusCode ?? 0, typeOf(error.body))
  if (WITHOUT_ANSWER.some((kind) => error instanceof kind)) return unanswered(error)
  // Of the others some hold the document that they failed on.
  return error instanceof errors.ElasticsearchClientError ? new ElasticsearchFault(error.name) : error
}

/** What an answer with an error means, of a request or of one item in it. */
export function refusal(status: number, type: string): StoreUnavailable | ElasticsearchFault {
  if (type === BLOCKED && status !== NOT_UP) {
    return new StoreUnavailable(
      "Elasticsearch refuses writes, because an index is blocked: read-only since a disk passed the flood-stage watermark, or by an operator. Free some space, or take the index's block away; then it goes on by itself.",
    )
  }
  if (type === NO_INDEX) {
    return new StoreUnavailable(
      'An index of ours, or an alias of it, is gone from Elasticsearch: restore it, or restart every process of the service, which makes it anew and fills it from the log.',
    )
  }
  if (type === CLOSED) {
    return new StoreUnavailable('An index of ours is closed: open it; then everything goes on by itself.')
  }
  return status === TIMED_OUT || status === TOO_MANY || status >= SERVER_FAULT
    ? new StoreUnavailable(
        `Elasticsearch is overloaded or not all there (status ${status}, ${type}); the same may be asked again.`,
      )
    : new ElasticsearchFault(type, status)
}

/** What it means that an item was refused which may be stored as it is: tried again, whatever it is, until somebody has put it right. */
export function refusalOfItem(status: number, type: string): StoreUnavailable {
  const reason = refusal(status, type)
  if (reason instanceof StoreUnavailable) return reason
  return new StoreUnavailable(
    `Elasticsearch refuses writes to an index of ours, whatever is written (status ${status}, ${type}): look at the index, at its aliases that end in -writes, and at the rights of the user of ELASTICSEARCH_URL. When they are put right it goes on by itself.`,
  )
}

/** Only a connection's error says by itself what is wrong, and with which address, and nothing of what was sent. */
function unanswered(error: unknown): StoreUnavailable {
  const name = error instanceof Error ? error.name : 'no answer'
  const reason = error instanceof errors.ConnectionError ? error.message : name
  return new StoreUnavailable(`Elasticsearch did not answer (${reason}); the same may be asked again.`)
}

function typeOf(body: unknown): string {
  const { error } = (body ?? {}) as { error?: { type?: unknown } | string }
  return typeof error === 'object' && typeof error?.type === 'string' ? error.type : 'no type given'
}
