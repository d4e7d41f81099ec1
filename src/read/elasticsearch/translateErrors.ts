import { errors } from '@elastic/elasticsearch'
import { StoreUnavailable } from '../documentStore.js'

/** Overload and outage, of the whole request or of one item of a bulk. */
const PASSING_STATUS = new Set([408, 429, 502, 503, 504])
/** What the index or the cluster is told to refuse: read-only since its disk is full, most of the time. */
const BLOCKED = 'cluster_block_exception'

/**
 * What Elasticsearch had against a request, without its words: the library's error carries the request, and with it documents, so that it is
 * neither logged nor kept as a cause.
 */
export class ElasticsearchFault extends Error {
  override readonly name = 'ElasticsearchFault'

  constructor(
    readonly status: number,
    readonly type: string,
  ) {
    super(`Elasticsearch answered with status ${status} (${type}).`)
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
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode ?? 0
    const type = typeOf(error.body)
    return mayPass(status, type) ? unavailable(status, type) : new ElasticsearchFault(status, type)
  }
  // A connection that broke, timed out or could not be had. The name says which.
  if (error instanceof errors.ElasticsearchClientError) {
    return new StoreUnavailable(`Elasticsearch did not answer (${error.name}); the same may be asked again.`)
  }
  return error
}

/** Of an answer with an error, or of one item in a bulk's answer. */
export function mayPass(status: number, type: string): boolean {
  return PASSING_STATUS.has(status) || type === BLOCKED
}

export function unavailable(status: number, type: string): StoreUnavailable {
  return new StoreUnavailable(
    type === BLOCKED
      ? 'Elasticsearch refuses writes: an index is blocked, most likely read-only since a disk passed the flood-stage watermark. Free some space, and it goes on by itself.'
      : `Elasticsearch is overloaded or not all there (status ${status}, ${type}); the same may be asked again.`,
  )
}

function typeOf(body: unknown): string {
  const { error } = (body ?? {}) as { error?: { type?: unknown } | string }
  return typeof error === 'object' && typeof error?.type === 'string' ? error.type : 'no type given'
}
