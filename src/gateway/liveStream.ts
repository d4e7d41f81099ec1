/**
 * A subscription's items as graphql-js wants them, ended by `return()` at once.
 *
 * An async generator would not do: its `return()` waits for the item that it is waiting for, so that a closed subscription would stay
 * registered until the next change of its order. Here the source is told by its AbortSignal first.
 */
export class LiveStream<Source, Item> implements AsyncGenerator<Item, undefined> {
  readonly #source: AsyncIterator<Source>
  readonly #toItem: (source: Source) => Item
  readonly #abort: AbortController
  /** Nobody wants another item. */
  #left = false

  /** abort: the controller of the signal that `source` listens to. */
  constructor(source: AsyncIterable<Source>, toItem: (source: Source) => Item, abort: AbortController) {
    this.#source = source[Symbol.asyncIterator]()
    this.#toItem = toItem
    this.#abort = abort
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    try {
      const result = await this.#source.next()
      if (!result.done && !this.#left) return { done: false, value: this.#toItem(result.value) }
    } catch (error) {
      this.#abort.abort()
      throw error
    }
    // Ended by itself: nothing is left listening on the signal of the socket.
    this.#abort.abort()
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#left = true
    this.#abort.abort()
    await this.#source.return?.()
    return { done: true, value: undefined }
  }

  async throw(error: unknown): Promise<IteratorResult<Item, undefined>> {
    await this.return()
    throw error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** A controller that aborts with `signal`, and can be aborted alone. */
export function abortWith(signal: AbortSignal): AbortController {
  const abort = new AbortController()
  if (signal.aborted) abort.abort()
  else signal.addEventListener('abort', () => abort.abort(), { once: true, signal: abort.signal })
  return abort
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** A stream without any item: lives until the signal aborts. */
export function silence(signal: AbortSignal): AsyncIterable<never> {
  const next = async (): Promise<IteratorResult<never, undefined>> => {
    await aborted(signal)
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}
