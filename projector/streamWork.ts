import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import type { OrderAnnouncement } from '../src/contract/projectionResult.js'
import { parseStreamId, type StreamCategory } from '../src/contract/streams.js'
import { type AnySlot, type DocumentSlot, newSlot } from './documentSlot.js'
import { inOrder } from './gate.js'
import { PROJECTIONS_OF } from './projections/registry.js'

/** What a slice has to do for one stream. */
export class StreamWork {
  readonly category: StreamCategory
  /** Of the aggregate. */
  readonly id: string
  readonly targets: readonly Target[]
  /** The events in hand, by version: those that arrived, and those that filled a gap. */
  events: readonly EventEnvelope[]
  /** Versions that arrived in the slice, ascending. */
  readonly arrived: readonly number[]
  /** Versions that were applied in this slice by at least one projection, arrived or not. */
  readonly applied = new Set<number>()
  /** What an announcement says of the order as of a version, for the versions that were folded here. */
  readonly snapshots = new Map<number, OrderAnnouncement>()

  constructor(
    readonly streamId: string,
    arrived: readonly EventEnvelope[],
  ) {
    const { category, id } = parseStreamId(streamId)
    this.category = category
    this.id = id
    this.events = inOrder(arrived)
    this.arrived = this.events.map((event) => event.streamVersion)
    this.targets = PROJECTIONS_OF[category].map(
      (projection) => new Target(newSlot(projection, id, this.arrived[0] === 1)),
    )
  }

  get firstArrived(): number {
    return this.arrived[0] ?? 1
  }

  get lastArrived(): number {
    return this.arrived.at(-1) ?? 0
  }
}

/** One document of a stream. */
export class Target {
  /** The first version that this projection may not apply, because the stream is parked there. */
  parkedAt = Number.POSITIVE_INFINITY
  /** The version that could not be folded in this slice, to be tried again alone. */
  faultAt: number | undefined
  /** The stream is taken up again, and applied up to where it fails again, if it does. */
  isReleased = false
  /** The stream was parked, or an event of it passed over, in this slice. */
  announceParked = false

  constructor(readonly slot: AnySlot) {}

  get parked(): boolean {
    return this.parkedAt !== Number.POSITIVE_INFINITY
  }

  /** version: the first that is not to be applied. */
  park(version: number): void {
    this.parkedAt = version
    this.announceParked = true
  }

  /** The events that this projection may look at. */
  admitted(events: readonly EventEnvelope[]): readonly EventEnvelope[] {
    return this.parked ? events.filter((event) => event.streamVersion < this.parkedAt) : events
  }
}

/** The slice by stream, streams in the order in which they first appear. */
export function groupByStream(events: readonly EventEnvelope[]): readonly StreamWork[] {
  const byStream = new Map<string, EventEnvelope[]>()
  for (const event of events) {
    const others = byStream.get(event.streamId)
    if (others) others.push(event)
    else byStream.set(event.streamId, [event])
  }
  return [...byStream].map(([streamId, itsEvents]) => new StreamWork(streamId, itsEvents))
}

/** The documents of these streams. */
export function slotsIn(works: readonly StreamWork[]): readonly AnySlot[] {
  return works.flatMap(({ targets }) => targets.map(({ slot }) => slot))
}

/** Those of one projection. */
export function slotsOf<Name extends AnySlot['projection']>(
  works: readonly StreamWork[],
  projection: Name,
): readonly DocumentSlot<Name>[] {
  return slotsIn(works).filter((slot): slot is AnySlot & DocumentSlot<Name> => slot.projection === projection)
}
