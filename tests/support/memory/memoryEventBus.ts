import { type ConsumerGroups, GroupInUse } from '../../../src/bus/consumerGroups.js'
import type { EventBus, EventConsumer, EventSlice, GroupPart } from '../../../src/bus/eventBus.js'
import { compareGlobalPositions, type GlobalPosition } from '../../../src/contract/globalPosition.js'
import { MemoryCheckpoints } from './memoryCheckpoints.js'
import type { MemoryEventLog } from './memoryEventLog.js'

/** The log in memory as a bus: one active consumer a group, commits at once. */
export class MemoryEventBus implements EventBus {
  readonly checkpoints = new MemoryCheckpoints()
  readonly #log: MemoryEventLog
  readonly #members = new Map<string, MemoryConsumer[]>()

  readonly groups: ConsumerGroups = {
    isEmpty: (group) => Promise.resolve(this.#isEmpty(group)),
    moveTo: async (group, model) => {
      if (!this.#isEmpty(group)) throw new GroupInUse(group)
      await this.checkpoints.copy(model, group)
    },
    hasReached: async (group, model) =>
      compareGlobalPositions(await this.checkpoints.load(group), await this.checkpoints.load(model)) >= 0,
    forget: async (group) => {
      if (!this.#isEmpty(group)) throw new GroupInUse(group)
      await this.checkpoints.forget(group)
    },
  }

  constructor(log: MemoryEventLog) {
    this.#log = log
  }

  #isEmpty(group: string): boolean {
    return (this.#members.get(group) ?? []).length === 0
  }

  subscribe(group: string): Promise<EventConsumer> {
    const members = this.#members.get(group) ?? []
    this.#members.set(group, members)
    const consumer = new MemoryConsumer(this.#log, this.checkpoints, group, members)
    members.push(consumer)
    return Promise.resolve(consumer)
  }

  progress(group: string): Promise<GlobalPosition> {
    return this.checkpoints.load(group)
  }

  async parts(group: string): Promise<readonly GroupPart[]> {
    return [{ name: 'log', committed: await this.progress(group), covers: () => true }]
  }
}

class MemoryConsumer implements EventConsumer {
  readonly outForMs = 0
  readonly #log: MemoryEventLog
  readonly #checkpoints: MemoryCheckpoints
  readonly #group: string
  /** Of the group, in the order of joining: the first is the active one. */
  readonly #members: MemoryConsumer[]
  readonly #wakers = new Set<() => void>()
  #closed = false
  #readUpTo: GlobalPosition | undefined

  constructor(log: MemoryEventLog, checkpoints: MemoryCheckpoints, group: string, members: MemoryConsumer[]) {
    this.#log = log
    this.#checkpoints = checkpoints
    this.#group = group
    this.#members = members
  }

  get active(): boolean {
    return !this.#closed && this.#members[0] === this
  }

  holds(): boolean {
    return this.active
  }

  async next(limit: number, signal: AbortSignal): Promise<EventSlice | undefined> {
    while (!this.#closed && !signal.aborted) {
      if (this.#members[0] === this) {
        this.#readUpTo ??= await this.#checkpoints.load(this.#group)
        const events = this.#log.behind(this.#readUpTo).slice(0, limit)
        const last = events.at(-1)
        if (last) {
          this.#readUpTo = last.position
          return { events }
        }
      }
      await this.#woken(signal)
    }
    return undefined
  }

  async commit(slice: EventSlice): Promise<void> {
    const last = slice.events.at(-1)
    if (!last || this.#members[0] !== this) return
    const stored = await this.#checkpoints.load(this.#group)
    if (compareGlobalPositions(last.position, stored) > 0) {
      await this.#checkpoints.save(this.#group, stored, last.position)
    }
  }

  close(): Promise<void> {
    this.#closed = true
    const place = this.#members.indexOf(this)
    if (place !== -1) this.#members.splice(place, 1)
    this.#wake()
    for (const next of this.#members.slice(0, 1)) next.#wake()
    return Promise.resolve()
  }

  #wake(): void {
    for (const wake of this.#wakers) wake()
  }

  #woken(signal: AbortSignal): Promise<void> {
    if (this.#closed || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = () => {
        stopListening()
        this.#wakers.delete(finish)
        signal.removeEventListener('abort', finish)
        resolve()
      }
      const stopListening = this.#log.onAppend(finish)
      this.#wakers.add(finish)
      signal.addEventListener('abort', finish, { once: true })
    })
  }
}
