import { randomUUID } from 'node:crypto'
import type { LogLag, LogObserver, SettledHeads, WaitingEvent } from '../../../src/bus/logObserver.js'
import type { LogScan, StreamPlace } from '../../../src/bus/logScan.js'
import { type DomainEvent, encodeEvent, personalSubjectOf } from '../../../src/contract/eventCodec.js'
import type { EventEnvelope, JsonObject } from '../../../src/contract/eventEnvelope.js'
import { compareGlobalPositions, type GlobalPosition, START_OF_LOG } from '../../../src/contract/globalPosition.js'
import { PersonalDataCipher } from '../../../src/contract/personalData.js'
import { parseStreamId } from '../../../src/contract/streams.js'
import type { StreamReader } from '../../../src/write/eventStore/eventStore.js'
import { MemoryCustomerKeys } from './memoryCustomerKeys.js'

/** The event log in memory: appends, streams, and the looks from outside. Every event is settled at once. */
export class MemoryEventLog implements StreamReader, LogObserver, LogScan {
  readonly cipher = new PersonalDataCipher(['a master key for tests'])
  readonly keys = new MemoryCustomerKeys(this.cipher)
  readonly events: EventEnvelope[] = []
  readonly #listeners = new Set<() => void>()

  /** Appends to the end of the stream, as a command would. Returns the envelopes. */
  append(streamId: string, ...events: readonly DomainEvent[]): readonly EventEnvelope[] {
    const appended = events.map((event) => this.#append(streamId, event))
    for (const listener of this.#listeners) listener()
    return appended
  }

  /** Replaces a stored event by a damaged one, that no release could read. */
  damage(streamId: string, version: number): void {
    this.#replace(streamId, version, (envelope) => ({ ...envelope, type: 'SomethingUnheardOf' }))
  }

  /** Undoes `damage`. */
  repair(original: EventEnvelope): void {
    this.#replace(original.streamId, original.streamVersion, () => original)
  }

  /** What the sealed text says; null once the customer's key is destroyed. */
  open(envelope: EventEnvelope, sealed: string): JsonObject | null {
    const wrapped = this.keys.keyToSealWith(personalSubjectOf(envelope) ?? '')
    return wrapped === undefined ? null : this.cipher.open(this.cipher.unwrap(wrapped), envelope.eventId, sealed)
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** In log order. */
  behind(position: GlobalPosition): readonly EventEnvelope[] {
    return this.events.filter((event) => compareGlobalPositions(event.position, position) > 0)
  }

  readStream(streamId: string, from: number, to = Number.POSITIVE_INFINITY): Promise<readonly EventEnvelope[]> {
    return Promise.resolve(
      this.events.filter(
        (each) => each.streamId === streamId && each.streamVersion >= from && each.streamVersion <= to,
      ),
    )
  }

  eventsBehind({ streamId, streamVersion }: StreamPlace, limit: number): Promise<readonly EventEnvelope[]> {
    const behind = this.#byStream().filter(
      (each) => each.streamId > streamId || (each.streamId === streamId && each.streamVersion > streamVersion),
    )
    return Promise.resolve(behind.slice(0, limit))
  }

  eventsOf(streamIds: readonly string[]): Promise<readonly EventEnvelope[]> {
    return Promise.resolve(this.#byStream().filter((each) => streamIds.includes(each.streamId)))
  }

  heads(streamIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const known = this.#byStream().filter((each) => streamIds.includes(each.streamId))
    return Promise.resolve(new Map(known.map((each) => [each.streamId, each.streamVersion])))
  }

  lagBehind(position: GlobalPosition): Promise<LogLag> {
    return Promise.resolve({ events: this.behind(position).length, seconds: 0, asOf: new Date().toISOString() })
  }

  horizonAge(): Promise<number> {
    return Promise.resolve(0)
  }

  waiting(position: GlobalPosition, limit: number): Promise<readonly WaitingEvent[]> {
    return Promise.resolve(
      this.behind(position)
        .slice(0, limit)
        .map(({ streamId, streamCategory, recordedAt }) => ({
          streamId,
          streamCategory,
          ageSeconds: (Date.now() - Date.parse(recordedAt)) / 1_000,
        })),
    )
  }

  settledHeads(after: GlobalPosition, limit: number): Promise<SettledHeads> {
    const page = this.behind(after).slice(0, limit)
    return Promise.resolve({
      heads: new Map(page.map((event) => [event.streamId, event.streamVersion])),
      end: page.at(-1)?.position ?? after,
    })
  }

  placeBefore(seconds: number): Promise<GlobalPosition> {
    const since = Date.now() - seconds * 1_000
    const place = this.events.findLast(({ recordedAt }) => Date.parse(recordedAt) < since)?.position
    return Promise.resolve(place ?? START_OF_LOG)
  }

  eventCount(): Promise<number> {
    return Promise.resolve(this.events.length)
  }

  #byStream(): readonly EventEnvelope[] {
    return this.events.toSorted(
      (a, b) => Number(a.streamId > b.streamId) - Number(a.streamId < b.streamId) || a.streamVersion - b.streamVersion,
    )
  }

  #append(streamId: string, event: DomainEvent): EventEnvelope {
    const { category, id } = parseStreamId(streamId)
    const position = String(this.events.length + 1)
    const eventId = randomUUID()
    const unsealed = {
      eventId,
      streamId,
      streamCategory: category,
      streamVersion: this.events.filter((each) => each.streamId === streamId).length + 1,
      position: { era: 1, transactionId: position, position },
      recordedAt: new Date().toISOString(),
      metadata: {
        correlationId: 'conversation',
        causationId: 'conversation',
        actor: 'local',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        occurredAt: event.metadata.occurredAt,
      },
    }
    const subject = personalSubjectOf({ ...unsealed, ...encodeEvent(event, () => 'sealed') })
    const wrapped = subject === undefined ? undefined : this.keys.keyToSealWith(subject)
    const encoded = encodeEvent(event, (personal) =>
      wrapped === undefined
        ? 'sealed with a key that is gone'
        : this.cipher.seal(this.cipher.unwrap(wrapped), eventId, personal),
    )
    if (event.type === 'CustomerForgotten') this.keys.destroy(id)
    const envelope: EventEnvelope = { ...unsealed, ...encoded }
    this.events.push(envelope)
    return envelope
  }

  #replace(streamId: string, version: number, replacement: (envelope: EventEnvelope) => EventEnvelope): void {
    const index = this.events.findIndex((each) => each.streamId === streamId && each.streamVersion === version)
    const envelope = this.events[index]
    if (!envelope) throw new Error(`Expected version ${version} of ${streamId} in the log, found none.`)
    this.events[index] = replacement(envelope)
  }
}
