import type { EventEnvelope } from '../src/contract/eventEnvelope.js'
import { orderAnnouncement } from './announce.js'
import type { AnySlot } from './documentSlot.js'
import type { Decode } from './eventReader.js'
import { gate } from './gate.js'
import { factsOf } from './projections/projection.js'
import type { StreamWork, Target } from './streamWork.js'

/** Up to the first event that can't be folded, and marks that one: it has to be tried alone. */
export function foldAll(work: StreamWork, target: Target, decode: Decode): void {
  const { slot } = target
  target.faultAt = undefined
  const answer = gate(slot.version, target.admitted(work.events))
  if (answer.kind === 'done') return
  if (answer.kind === 'gap') {
    target.faultAt = answer.from
    return
  }
  for (const envelope of answer.events) {
    try {
      foldOne(work, slot, envelope, decode)
    } catch {
      // What it has against it is told where it is tried again alone.
      target.faultAt = envelope.streamVersion
      return
    }
  }
}

/** Into the document in hand. Throws what the projection or the codec has against it. */
export function foldOne(work: StreamWork, slot: AnySlot, envelope: EventEnvelope, decode: Decode): void {
  const before = slot.projection === 'orders' ? slot.current : undefined
  slot.fold(decode(envelope), factsOf(envelope))
  work.applied.add(envelope.streamVersion)
  if (slot.projection === 'orders' && slot.current) {
    work.snapshots.set(envelope.streamVersion, orderAnnouncement(before, slot.current))
  }
}

/** The events that some document of the stream does not show yet. */
export function neededEvents(work: StreamWork): readonly EventEnvelope[] {
  const shown = Math.min(...work.targets.map(({ slot }) => slot.version))
  return work.events.filter((event) => event.streamVersion > shown)
}
