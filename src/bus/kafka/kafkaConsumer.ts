import { EventEmitter, once } from 'node:events'
import { MAX_UNCOMMITTED_EVENTS } from '../../contract/repeatSpan.js'
import { pause } from '../../waiting/pause.js'
import { within } from '../../waiting/within.js'
import type { BusUnavailable, EventConsumer, EventSlice } from '../eventBus.js'
import type { Arrival } from './arrivals.js'
import { GroupMember, type GroupMemberParts } from './groupMember.js'
import { orUnavailable, unavailable } from './kafkaFaults.js'
import type { Tenure } from './tenure.js'

const FIRST_REJOIN_MS = 200
const LONGEST_REJOIN_MS = 5_000
/** An attempt to join that is under way when the consumer is closed; it leaves the group again by itself. */
const REJOIN_END_TIMEOUT_MS = 1_000
/** For the last offsets, where the broker does not answer. */
const LAST_COMMIT_TIMEOUT_MS = 1_000

export interface KafkaConsumerParts extends Omit<GroupMemberParts, 'onChange' | 'onLost'> {
  /** Called once, when it is closed. */
  readonly onClosed: (consumer: KafkaConsumer) => void
}

/**
 * A member of a consumer group for as long as it is open:
 *
 *   joined ──crash, or paused beyond the session timeout──► lost ──as a new member, from the committed offsets──► joined
 */
export class KafkaConsumer implements EventConsumer {
  readonly #parts: KafkaConsumerParts
  readonly #closed = new AbortController()
  readonly #changes = new EventEmitter()
  readonly #taken = new WeakMap<EventSlice, { readonly tenure: Tenure; readonly arrivals: readonly Arrival[] }>()
  #member: GroupMember | undefined
  /** Why it has no member just now. */
  #outage: { readonly fault: BusUnavailable; readonly since: number } | undefined
  #rejoining: Promise<void> = Promise.resolve()

  /** Returns when it has joined the group. Throws BusUnavailable. */
  static async join(parts: KafkaConsumerParts): Promise<KafkaConsumer> {
    const consumer = new KafkaConsumer(parts)
    await orUnavailable(`The consumer group ${parts.groupId} could not be joined`, () => consumer.#join())
    return consumer
  }

  private constructor(parts: KafkaConsumerParts) {
    this.#parts = parts
  }

  get active(): boolean {
    return (this.#tenureNow()?.partitions ?? 0) > 0
  }

  get outForMs(): number {
    return this.#outage ? performance.now() - this.#outage.since : 0
  }

  async next(limit: number, signal: AbortSignal): Promise<EventSlice | undefined> {
    const ended = AbortSignal.any([signal, this.#closed.signal])
    while (!ended.aborted) {
      const tenure = this.#tenureNow()
      const arrivals = tenure?.arrivals.take(limit) ?? []
      const slice = { events: arrivals.flatMap(({ event }) => event ?? []) }
      if (tenure && slice.events.length > 0) {
        this.#taken.set(slice, { tenure, arrivals: tenure.handOut(slice, arrivals) })
        return slice
      }
      if (this.#outage) throw this.#outage.fault
      if (arrivals.length > 0) tenure?.passOver(arrivals)
      else await this.#change(ended)
    }
    return undefined
  }

  holds(slice: EventSlice): boolean {
    const taken = this.#taken.get(slice)
    return taken !== undefined && taken.tenure === this.#tenureNow()
  }

  async commit(slice: EventSlice): Promise<void> {
    const taken = this.#taken.get(slice)
    if (!taken || !this.holds(slice)) return
    const { offsets } = taken.tenure
    taken.tenure.done(slice, taken.arrivals)
    if (offsets.unwrittenEvents > MAX_UNCOMMITTED_EVENTS) {
      await orUnavailable('Offsets could not be committed', () => offsets.flush())
    }
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return
    this.#closed.abort()
    this.#parts.onClosed(this)
    this.#outage = undefined
    await within(REJOIN_END_TIMEOUT_MS, this.#rejoining).catch(() => undefined)
    const member = this.#member
    this.#member = undefined
    if (!member) return
    try {
      await within(LAST_COMMIT_TIMEOUT_MS, member.tenure?.offsets.flush() ?? Promise.resolve())
    } catch (error) {
      throw unavailable('The last offsets could not be committed', error)
    } finally {
      await member.leave()
    }
  }

  /**
   * Undefined while there is none. A pause beyond the session timeout ends it for good, even where the broker has not noticed: a slice was perhaps
   * dropped because of it, and offsets behind it must not be committed before it came again.
   */
  #tenureNow(): Tenure | undefined {
    const member = this.#member
    if (member?.tenure && !member.alive) {
      this.#lose(
        member,
        new Error('the process was paused, or Kafka did not answer, for longer than the session timeout'),
      )
    }
    return this.#member?.tenure
  }

  async #join(): Promise<void> {
    const member: GroupMember = new GroupMember({
      ...this.#parts,
      onChange: () => this.#changes.emit('change'),
      onLost: (cause) => this.#lose(member, cause),
    })
    try {
      await member.join()
      this.#closed.signal.throwIfAborted()
    } catch (error) {
      await member.leave()
      throw error
    }
    this.#member = member
    this.#outage = undefined
    this.#changes.emit('change')
    if (member.lostBy) this.#lose(member, member.lostBy.cause)
  }

  #lose(member: GroupMember, cause: unknown): void {
    // Else it is only being joined, and #join looks at it afterwards.
    if (this.#member !== member) return
    const { groupId, logger } = this.#parts
    this.#member = undefined
    const fault = unavailable(`The consumer group ${groupId} was lost`, cause)
    this.#outage = { fault, since: performance.now() }
    logger.warn({ groupId, err: fault }, 'Lost the consumer group; joining it again')
    this.#rejoining = this.#rejoin(member)
    this.#changes.emit('change')
  }

  async #rejoin(lost: GroupMember): Promise<void> {
    const { signal } = this.#closed
    await lost.leave()
    for (let pauseMs = FIRST_REJOIN_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_REJOIN_MS)) {
      try {
        return await this.#join()
      } catch (error) {
        this.#parts.logger.warn({ groupId: this.#parts.groupId, err: error }, 'The consumer group could not be joined')
        await pause(pauseMs, signal)
      }
    }
  }

  async #change(ended: AbortSignal): Promise<void> {
    await once(this.#changes, 'change', { signal: ended }).catch((error: unknown) => {
      if (!ended.aborted) throw error
    })
  }
}
