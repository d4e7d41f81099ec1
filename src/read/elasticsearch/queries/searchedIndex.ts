import type { Client, estypes } from '@elastic/elasticsearch'
import { orUnavailable } from '../translateErrors.js'

export type Query = NonNullable<estypes.QueryDslQueryContainer>
type Search = Omit<estypes.SearchRequest, 'index' | 'pit' | 'allow_partial_search_results'>
type Answer<Source, Aggregations> = estypes.SearchResponse<Source, Aggregations>

/** What may be asked of one state of an index. Throws StoreUnavailable: an answer without one of the shards is none. */
export interface Searchable {
  search<Source = never, Aggregations = never>(request: Search): Promise<Answer<Source, Aggregations>>
}

/** Long enough for one page; each page asks for as much again. */
const KEEP_ALIVE = '1m'

/** An index under its alias. Sees what the last refresh made searchable. */
export class SearchedIndex implements Searchable {
  readonly #client: Client
  readonly #alias: string

  constructor(client: Client, alias: string) {
    this.#client = client
    this.#alias = alias
  }

  search<Source = never, Aggregations = never>(request: Search): Promise<Answer<Source, Aggregations>> {
    return orUnavailable(() =>
      this.#client.search<Source, Aggregations>({
        ...request,
        index: this.#alias,
        allow_partial_search_results: false,
      }),
    )
  }

  async count(query: Query, preference?: Pick<Search, 'preference'>): Promise<number> {
    // Not the API for counts: it passes over a shard that fails.
    const { hits } = await this.search({ query, size: 0, track_total_hits: true, ...preference })
    return typeof hits.total === 'object' ? hits.total.value : (hits.total ?? 0)
  }

  /** Several searches that see the same state, so that nothing between two pages is counted twice or not at all. */
  async atOnePointInTime<Result>(work: (state: Searchable) => Promise<Result>): Promise<Result> {
    let { id } = await orUnavailable(() => this.#client.openPointInTime({ index: this.#alias, keep_alive: KEEP_ALIVE }))
    try {
      return await work({
        search: async <Source, Aggregations>(request: Search) => {
          const answer = await orUnavailable(() =>
            this.#client.search<Source, Aggregations>({
              ...request,
              pit: { id, keep_alive: KEEP_ALIVE },
              allow_partial_search_results: false,
            }),
          )
          id = answer.pit_id ?? id
          return answer
        },
      })
    } finally {
      await orUnavailable(() => this.#client.closePointInTime({ id }))
    }
  }
}

/** The source of a hit: there is one, because no search here leaves it out. */
export function sourceOf<Source>({ _source }: estypes.SearchHit<Source>): Source {
  if (_source === undefined) throw new TypeError('Expected a hit with its source, found none.')
  return _source
}
