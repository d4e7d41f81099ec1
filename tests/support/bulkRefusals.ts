import type { ElasticsearchAnswer, Meddle } from './elasticsearchProxy.js'

interface Operation {
  readonly id: string
  readonly kind: string
  readonly lines: readonly [action: string, source: string]
}

export interface ItemError {
  readonly type: string
  readonly reason: string
  readonly caused_by?: { readonly type: string }
}

/** Items of a bulk that are refused on the way, and what reached the server. */
export class BulkRefusals {
  /** What they are refused with; of itself as a full queue of a shard does it. */
  with: { readonly status: number; readonly error: ItemError } = {
    status: 429,
    error: { type: 'es_rejected_execution_exception', reason: 'rejected execution of primary operation' },
  }
  /** By id: how often it is refused yet. */
  readonly left = new Map<string, number>()
  /** By id: how often it was let through. */
  readonly passed = new Map<string, number>()

  /** Refuses what is to be refused, passes the rest on, and answers as one server would have. */
  readonly meddle: Meddle = async (request, forward) => {
    if (!request.path.includes('/_bulk')) return forward(request)
    const operations = operationsOf(request.body)
    const refused = new Set(operations.filter(({ id }) => this.#refuses(id)))
    const sent = operations.filter((operation) => !refused.has(operation))
    for (const { id } of sent) this.passed.set(id, (this.passed.get(id) ?? 0) + 1)
    const answer: ElasticsearchAnswer =
      sent.length === 0
        ? { status: 200, body: '{"items":[]}' }
        : await forward({
            ...request,
            body: sent.map(({ lines: [action, source] }) => `${action}\n${source}\n`).join(''),
          })
    if (answer.status !== 200) return answer
    const parsed = JSON.parse(answer.body) as { items: unknown[] }
    const items = operations.map((operation) =>
      refused.has(operation) ? this.#refusal(operation) : parsed.items.shift(),
    )
    return { status: 200, body: JSON.stringify({ ...parsed, items }) }
  }

  #refuses(id: string): boolean {
    const left = this.left.get(id) ?? 0
    if (left > 0) this.left.set(id, left - 1)
    return left > 0
  }

  #refusal({ id, kind }: Operation): object {
    return { [kind]: { _index: 'any', _id: id, ...this.with } }
  }
}

function operationsOf(body: string): readonly Operation[] {
  const lines = body.split('\n').filter((line) => line !== '')
  return Array.from({ length: lines.length / 2 }, (_, index) => {
    const [action = '', source = ''] = lines.slice(index * 2, index * 2 + 2)
    const [[kind, place] = ['', { _id: '' }]] = Object.entries(JSON.parse(action) as Record<string, { _id: string }>)
    return { id: place._id, kind, lines: [action, source] }
  })
}
