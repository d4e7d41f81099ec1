import type { EventBus, GroupPart } from '../bus/eventBus.js'
import type { LogObserver } from '../bus/logObserver.js'

/** How far back an event of a part is looked for; behind so many events of other parts its age is that of the last one looked at, or more. */
const MAX_LOOKED_AT = 10_000

export interface PartLag {
  readonly part: string
  readonly lagEvents: number
  /** Age of the oldest of them, by the database's clock. */
  readonly lagSeconds: number
}

/** How far a group is behind on each part of the bus. Throws BusUnavailable. */
export async function partLags(bus: EventBus, observer: LogObserver, group: string): Promise<readonly PartLag[]> {
  const parts = await bus.parts(group)
  return Promise.all(parts.map((part) => lagOf(part, observer)))
}

async function lagOf(part: GroupPart, observer: LogObserver): Promise<PartLag> {
  const { name, committed, behind } = part
  if (behind === undefined) {
    const { events, seconds } = await observer.lagBehind(committed)
    return { part: name, lagEvents: events, lagSeconds: seconds }
  }
  if (behind === 0) return { part: name, lagEvents: 0, lagSeconds: 0 }
  const waiting = await observer.waiting(committed, MAX_LOOKED_AT)
  const oldest = waiting.find((event) => part.covers(event)) ?? waiting.at(-1)
  return { part: name, lagEvents: behind, lagSeconds: oldest?.ageSeconds ?? 0 }
}
