import type { EventEnvelope, EventMetadata, JsonObject } from '../../contract/eventEnvelope.js'
import type { StreamCategory } from '../../contract/streams.js'

/** The event log as a command handler sees it. */
export interface EventStore {
  /**
   * Reads, in one statement, the events of each stream behind the version given, and the newest catalogue entry
   * (ProductAdded or ProductPriceChanged) of each product. Sees every append acknowledged before the call. Throws LogUnavailable.
   */
  load(request: LoadRequest): Promise<LoadResult>
  /**
   * Appends one event: all or nothing, durable when it returns. Appends of concurrent callers share a statement and a commit.
   * Throws LogUnavailable when it is unknown whether it was appended after all retries; a repeat with the same command id tells.
   */
  append(request: AppendRequest): Promise<AppendResult>
  /** The event that a command id of this principal led to, in a statement begun after the call. */
  findByCommand(principal: string, commandId: string): Promise<StoredCommand | undefined>
}

export interface LoadRequest {
  readonly streams: readonly { readonly streamId: string; readonly afterVersion: number }[]
  /** Stream ids of products of which only name and price are asked. */
  readonly catalogue: readonly string[]
}

export interface LoadResult {
  /** By stream id, in the order of versions; absent where nothing is newer. */
  readonly streams: ReadonlyMap<string, readonly EventEnvelope[]>
  /** By stream id; absent where there is no such product. */
  readonly catalogue: ReadonlyMap<string, EventEnvelope>
}

export interface AppendRequest {
  readonly streamId: string
  readonly streamCategory: StreamCategory
  /** The version the event will have: the version that was decided on, plus one. */
  readonly streamVersion: number
  /** UUID version 7: recognises the caller's own row. */
  readonly eventId: string
  readonly type: string
  readonly schemaVersion: number
  readonly data: JsonObject
  readonly metadata: EventMetadata
  readonly principal: string
  readonly commandId: string
  /** HMAC of the request, kept with the event: another request under the same command id is told apart by it. */
  readonly fingerprint: string
  /** Changes of the customer's key that commit with the event, or not at all. */
  readonly customerKey?: CustomerKeyChange
}

export type CustomerKeyChange =
  | { readonly kind: 'create'; readonly customerId: string; readonly wrappedKey: string }
  /** Leaves a tombstone: the key is gone for good and is never made again. */
  | { readonly kind: 'destroy'; readonly customerId: string }

export type AppendResult =
  | { readonly kind: 'appended'; readonly recordedAt: string }
  /** The stream version or the command id was taken. Which one, `findByCommand` tells. */
  | { readonly kind: 'conflict' }

export interface StoredCommand {
  readonly event: EventEnvelope
  readonly fingerprint: string
}

/** Reading streams of the log, for consumers that miss events (gaps) and for rebuilds: read only. */
export interface StreamReader {
  /** Events of the stream from version `from` to `to` (both inclusive, to = the newest when left out), in order. Throws LogUnavailable. */
  readStream(streamId: string, from: number, to?: number): Promise<readonly EventEnvelope[]>
}

/** The log can't be reached, is overloaded or timed out. Retriable, always: with the same command id. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable'
  readonly retryable = true
}
