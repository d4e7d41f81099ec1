import type { ProjectionResult } from '../contract/projectionResult.js'
import { ATTRIBUTES } from '../telemetry/attributeNames.js'
import type { Instruments } from '../telemetry/instruments.js'
import { METRICS } from '../telemetry/metricNames.js'
import type { AnnouncementFeed, FollowedFeed } from './announcementFeed.js'
import type { StreamVersion, VersionWaiter } from './consistency.js'

/** Of the log's database. */
interface Clock {
  /** Milliseconds since 1970; undefined while it is not known. */
  now(): number | undefined
}

type Stage = 'document' | 'searchable' | 'pushed'

/** A wait for lists and search to show a write. */
interface Awaited {
  readonly version: number
  /** Set once the write was announced while this waited: what was visible before says nothing of how long it took. */
  recordedAt: string | undefined
}

/**
 * Measures how long it takes from an event's record in the log until it is seen, at each of the places where that is decided. What is announced again
 * after a restart is measured again: it is little, and told apart from nothing.
 */
export class TimeToVisible {
  readonly #clock: Clock
  readonly #instruments: Instruments
  readonly #record: (stage: Stage, recordedAt: string | undefined) => void
  readonly #awaited = new Map<string, Set<Awaited>>()

  constructor(clock: Clock, instruments: Instruments) {
    this.#clock = clock
    this.#instruments = instruments
    const histogram = instruments.histogram(METRICS.timeToVisible)
    this.#record = (stage, recordedAt) => {
      const now = this.#clock.now()
      if (now === undefined || recordedAt === undefined) return
      const seconds = Math.max(0, now - Date.parse(recordedAt)) / 1_000
      histogram.record(seconds, { [ATTRIBUTES.stage]: stage })
    }
  }

  /** A projector's way out: what it announces is in the documents. */
  published(feed: Pick<AnnouncementFeed, 'publish'>): Pick<AnnouncementFeed, 'publish'> {
    return {
      publish: async (results) => {
        await feed.publish(results)
        for (const result of results) this.#record('document', recordedAtOf(result))
      },
    }
  }

  /** A gateway's way in: what it has heard is told to whoever listens, at once. */
  followed(feed: FollowedFeed): FollowedFeed {
    return {
      latest: (count) => feed.latest(count),
      isLater: (position, other) => feed.isLater(position, other),
      follow: (after, onItems, signal) => {
        const heard: typeof onItems = (items) => {
          for (const { result } of items) this.#hear(result)
          onItems(items)
          for (const { result } of items) this.#record('pushed', recordedAtOf(result))
        }
        return feed.follow(after, heard, signal)
      },
    }
  }

  /** Waits that end because lists and search show the write; and how many wait for whatever. */
  waiting(waiter: VersionWaiter): VersionWaiter {
    const active = this.#instruments.upDownCounter(METRICS.waitersActive)
    return {
      waitFor: async (target, views, options) => {
        active.add(1)
        const awaited = views.some(({ kind }) => kind === 'lists') ? this.#await(target) : undefined
        try {
          const outcome = await waiter.waitFor(target, views, options)
          if (outcome.kind === 'reached') this.#record('searchable', awaited?.recordedAt)
          return outcome
        } finally {
          active.add(-1)
          if (awaited) this.#leave(target, awaited)
        }
      },
    }
  }

  #await({ streamId, version }: StreamVersion): Awaited {
    const awaited: Awaited = { version, recordedAt: undefined }
    const others = this.#awaited.get(streamId)
    if (others) others.add(awaited)
    else this.#awaited.set(streamId, new Set([awaited]))
    return awaited
  }

  #leave({ streamId }: StreamVersion, awaited: Awaited): void {
    const all = this.#awaited.get(streamId)
    all?.delete(awaited)
    if (all?.size === 0) this.#awaited.delete(streamId)
  }

  #hear(result: ProjectionResult): void {
    for (const awaited of this.#awaited.get(result.streamId) ?? []) {
      if (awaited.version === result.version) awaited.recordedAt ??= recordedAtOf(result)
    }
  }
}

function recordedAtOf(result: ProjectionResult): string | undefined {
  return result.kind === 'applied' ? result.recordedAt : undefined
}
