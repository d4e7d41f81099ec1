/** Listeners that are found by a key: whoever tells something reaches those whom it concerns, and looks at nobody else. */
export class ListenersByKey<Message> {
  readonly #listeners = new Map<string, Set<(message: Message) => void>>()

  /** `listener` must neither block nor throw. Returns its removal. */
  add(key: string, listener: (message: Message) => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key)
    }
  }

  /** Calls them in this tick. Those that are added or removed meanwhile change nothing in who is called. */
  tell(key: string, message: Message): void {
    for (const listener of [...(this.#listeners.get(key) ?? [])]) listener(message)
  }

  /** As `tell`, for every key there is. */
  tellAll(message: Message): void {
    for (const key of [...this.#listeners.keys()]) this.tell(key, message)
  }

  get size(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0)
  }
}
