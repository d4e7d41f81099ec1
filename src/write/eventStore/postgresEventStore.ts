import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { EventEnvelope } from '../../contract/eventEnvelope.js'
import { EVENT_COLUMNS, type EventRow, envelopeOf } from '../../contract/eventRow.js'
import type { PrismaClient } from '../../generated/prisma/client.js'
import { type AppendGroup, appendGroup } from './appendGroup.js'
import { Coalescer } from './coalescer.js'
import {
  type AppendRequest,
  type AppendResult,
  type EventStore,
  type LoadRequest,
  type LoadResult,
  LogUnavailable,
  type StoredCommand,
  type StreamReader,
} from './eventStore.js'
import { mayBeSentAgain, orLogUnavailable } from './sqlErrors.js'

const LOAD = `
  SELECT false AS catalogue, e.* FROM unnest($1::text[], $2::int[]) AS r(stream_id, after_version)
  CROSS JOIN LATERAL (
    SELECT ${EVENT_COLUMNS} FROM events e
    WHERE e.stream_id = r.stream_id AND e.stream_version > r.after_version ORDER BY e.stream_version
  ) e
  UNION ALL
  SELECT true AS catalogue, e.* FROM unnest($3::text[]) AS p(stream_id)
  CROSS JOIN LATERAL (
    SELECT ${EVENT_COLUMNS} FROM events e
    WHERE e.stream_id = p.stream_id AND e.type IN ('ProductAdded', 'ProductPriceChanged') ORDER BY e.stream_version DESC LIMIT 1
  ) e`

const FIND_BY_COMMAND = `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.principal = $1 AND e.command_id = $2`

const READ_STREAM = `
  SELECT ${EVENT_COLUMNS} FROM events e
  WHERE e.stream_id = $1 AND e.stream_version BETWEEN $2::int AND $3::int ORDER BY e.stream_version`

const MAX_VERSION = 2_147_483_647
/** Larger groups gain nothing more and make everybody wait for the slowest. */
const MAX_GROUP = 128
/** One commit at the disk, the next group on its way. */
const MAX_GROUPS_IN_FLIGHT = 2
const MAX_LOADS_IN_FLIGHT = 4
const LONELY_ATTEMPTS = 5
const FIRST_PAUSE_MS = 20

/**
 * The event log in PostgreSQL. Appends and loads of concurrent callers travel together: one commit for many commands is what lifts the
 * write side past the disk's one commit at a time.
 */
export class PostgresEventStore implements EventStore, StreamReader {
  readonly #prisma: PrismaClient
  readonly #onAppended: () => void
  readonly #logger: Logger
  readonly #append: AppendGroup
  readonly #appends: Coalescer<AppendRequest, AppendResult>
  readonly #loads: Coalescer<LoadRequest, LoadResult>

  /** onAppended: called after each commit that added events. append: the statement, or what measures it. */
  constructor(prisma: PrismaClient, onAppended: () => void, logger: Logger, append: AppendGroup = appendGroup) {
    this.#prisma = prisma
    this.#onAppended = onAppended
    this.#logger = logger
    this.#append = append
    this.#appends = new Coalescer({
      maxBatch: MAX_GROUP,
      maxInFlight: MAX_GROUPS_IN_FLIGHT,
      run: (group) => this.#appendGroup(group),
    })
    this.#loads = new Coalescer({
      maxBatch: MAX_GROUP,
      maxInFlight: MAX_LOADS_IN_FLIGHT,
      run: (requests) => this.#loadTogether(requests),
    })
  }

  load(request: LoadRequest): Promise<LoadResult> {
    return this.#loads.submit(request)
  }

  append(request: AppendRequest): Promise<AppendResult> {
    return this.#appends.submit(request)
  }

  async findByCommand(principal: string, commandId: string): Promise<StoredCommand | undefined> {
    const [row] = await this.#rows(FIND_BY_COMMAND, principal, commandId)
    return row && { event: envelopeOf(row), fingerprint: row.metadata.fingerprint }
  }

  async readStream(streamId: string, from: number, to = MAX_VERSION): Promise<readonly EventEnvelope[]> {
    return (await this.#rows(READ_STREAM, streamId, from, to)).map(envelopeOf)
  }

  async #loadTogether(requests: readonly LoadRequest[]): Promise<readonly PromiseSettledResult<LoadResult>[]> {
    const after = new Map<string, number>()
    for (const { streamId, afterVersion } of requests.flatMap(({ streams }) => streams)) {
      after.set(streamId, Math.min(afterVersion, after.get(streamId) ?? afterVersion))
    }
    const catalogue = [...new Set(requests.flatMap((request) => request.catalogue))]
    const rows = await this.#rows<EventRow & { catalogue: boolean }>(
      LOAD,
      [...after.keys()],
      [...after.values()],
      catalogue,
    )
    const streams = Map.groupBy(rows.filter((row) => !row.catalogue).map(envelopeOf), (event) => event.streamId)
    const entries = new Map(rows.filter((row) => row.catalogue).map((row) => [row.stream_id, envelopeOf(row)]))
    return requests.map((request) => ({ status: 'fulfilled', value: partOf(request, streams, entries) }))
  }

  /** A group that fails as a whole says nothing of its members: each goes again alone, with its event id, in a transaction of its own. */
  async #appendGroup(group: readonly AppendRequest[]): Promise<readonly PromiseSettledResult<AppendResult>[]> {
    try {
      const won = await this.#append(this.#prisma, group)
      if (won.size > 0) this.#onAppended()
      return group.map(({ eventId }) => ({ status: 'fulfilled', value: resultOf(won.get(eventId)) }))
    } catch (error) {
      this.#logger.warn({ err: error, events: group.length }, 'A group of appends failed; each is sent again alone')
      return Promise.allSettled(group.map((request) => this.#appendAlone(request)))
    }
  }

  /** After a failure that left open whether the event is in: a stored row with its event id is this append's own success. */
  async #appendAlone(request: AppendRequest): Promise<AppendResult> {
    for (let attempt = 1; ; attempt++) {
      try {
        const recordedAt = (await this.#append(this.#prisma, [request])).get(request.eventId)
        if (recordedAt) {
          this.#onAppended()
          return resultOf(recordedAt)
        }
        const stored = await this.findByCommand(request.principal, request.commandId)
        return stored?.event.eventId === request.eventId
          ? { kind: 'appended', recordedAt: stored.event.recordedAt }
          : { kind: 'conflict' }
      } catch (error) {
        if (!mayBeSentAgain(error)) throw error
        if (attempt === LONELY_ATTEMPTS) {
          throw new LogUnavailable(
            'It is unknown whether the command was recorded: send it again with the same command id.',
            { cause: error },
          )
        }
        await delay(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()))
      }
    }
  }

  #rows<Row extends EventRow = EventRow>(statement: string, ...values: unknown[]): Promise<Row[]> {
    return orLogUnavailable(() => this.#prisma.$queryRawUnsafe<Row[]>(statement, ...values))
  }
}

function resultOf(recordedAt: Date | undefined): AppendResult {
  return recordedAt ? { kind: 'appended', recordedAt: recordedAt.toISOString() } : { kind: 'conflict' }
}

/** What one caller asked for of what was read for all. */
function partOf(
  request: LoadRequest,
  streams: ReadonlyMap<string, readonly EventEnvelope[]>,
  entries: ReadonlyMap<string, EventEnvelope>,
): LoadResult {
  return {
    streams: new Map(
      request.streams.flatMap(({ streamId, afterVersion }) => {
        const newer = streams.get(streamId)?.filter((event) => event.streamVersion > afterVersion) ?? []
        return newer.length === 0 ? [] : [[streamId, newer]]
      }),
    ),
    catalogue: new Map(
      request.catalogue.flatMap((streamId) => {
        const entry = entries.get(streamId)
        return entry ? [[streamId, entry]] : []
      }),
    ),
  }
}
