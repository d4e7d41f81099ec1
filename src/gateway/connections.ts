import type { Page, PageRequest, SortKey } from '../read/index.js'
import type { CursorScope, Cursors } from './cursors.js'
import { badUserInput } from './errors.js'
import type { PageInfo } from './types/pageInfo.js'

/** Page size where a list is asked for without one. */
export const DEFAULT_PAGE_SIZE = 20

export interface PageArguments {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

/** A list that can be read page by page; `page` takes forward requests only where `backward` is false. */
export interface PagedList<Node> {
  readonly scope: CursorScope
  readonly backward: boolean
  page(request: PageRequest): Promise<Page<Node>>
}

export interface Edge<Node> {
  readonly cursor: string
  readonly node: Node
}

/**
 * A page of a list, read once and only if something of it is selected: a selection of nothing but totalCount reads no page.
 */
export class ListPage<Node> {
  readonly #list: PagedList<Node>
  readonly #cursors: Cursors
  readonly #request: PageRequest
  #page: Promise<Page<Node>> | undefined

  /** Throws BAD_USER_INPUT for arguments that do not go together and for a cursor of another list. Sizes are checked before execution. */
  constructor(list: PagedList<Node>, args: PageArguments, cursors: Cursors) {
    this.#list = list
    this.#cursors = cursors
    this.#request = pageRequestOf(list.scope, args, cursors)
  }

  get edges(): Promise<Edge<Node>[]> {
    return this.#read().then(({ items }) => items.map(({ node, key }) => ({ cursor: this.#cursorOf(key), node })))
  }

  get nodes(): Promise<Node[]> {
    return this.#read().then(({ items }) => items.map(({ node }) => node))
  }

  get pageInfo(): Promise<PageInfo> {
    return this.#read().then((page) => this.#pageInfoOf(page))
  }

  #read(): Promise<Page<Node>> {
    this.#page ??= this.#list.page(this.#request)
    return this.#page
  }

  #cursorOf(key: SortKey): string {
    return this.#cursors.issue(this.#list.scope, key)
  }

  #pageInfoOf({ items, hasMore }: Page<Node>): PageInfo {
    const first = items[0]?.key
    const last = items.at(-1)?.key
    const { direction } = this.#request
    const beyond = () => this.#liesBeyond(direction === 'forward' ? first : last)
    return {
      get hasNextPage() {
        return direction === 'forward' ? hasMore : beyond()
      },
      get hasPreviousPage() {
        return direction === 'backward' ? hasMore : beyond()
      },
      startCursor: first ? this.#cursorOf(first) : null,
      endCursor: last ? this.#cursorOf(last) : null,
    }
  }

  /**
   * Whether anything lies on the side that the page came from. Nothing does where the page began at the end of the list. Otherwise the
   * cursor's own item is the answer only for lists that cannot be read both ways, or an empty page: elsewhere it may have left the list
   * since, so the list is asked.
   */
  async #liesBeyond(edge: SortKey | undefined): Promise<boolean> {
    const { direction, from } = this.#request
    if (!from) return false
    if (!edge || !this.#list.backward) return true
    const { items } = await this.#list.page({
      direction: direction === 'forward' ? 'backward' : 'forward',
      limit: 1,
      from: edge,
    })
    return items.length > 0
  }
}

function pageRequestOf(scope: CursorScope, args: PageArguments, cursors: Cursors): PageRequest {
  const { first, after, last, before } = args
  if (typeof after === 'string' && typeof before === 'string') {
    throw badUserInput('Expected after (with first) or before (with last), found both.')
  }
  if (typeof before === 'string' && typeof last !== 'number')
    throw badUserInput('Expected last together with before, found before alone.')
  if (typeof last === 'number' && typeof after === 'string')
    throw badUserInput('Expected before together with last, found after.')
  const backward = typeof last === 'number'
  const [text, name] = backward ? ([before, 'before'] as const) : ([after, 'after'] as const)
  return {
    direction: backward ? 'backward' : 'forward',
    limit: last ?? first ?? DEFAULT_PAGE_SIZE,
    ...(typeof text === 'string' ? { from: cursors.read(scope, text, name) as SortKey } : {}),
  }
}
