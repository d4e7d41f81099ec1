import type { StoredMetadata } from '../../contract/eventRow.js'
import type { PrismaClient } from '../../generated/prisma/client.js'
import type { AppendRequest } from './eventStore.js'

/**
 * One statement, one commit, for the appends of many callers.
 *
 * ON CONFLICT without a target: a row that meets either unique key is left out, and the others stand. Winners are told by event id, because
 * a row of the same stream and version may be somebody else's. The group travels as one JSON text: an array for each column, quoted element by
 * element, costs this process half as much again. The key changes name the winners, so they commit with their event or not at all.
 */
const APPEND = `
  WITH appended AS (
    INSERT INTO events (era, stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata)
    SELECT (SELECT i.era FROM installation i), g.stream_id, g.stream_category, g.stream_version, g.type, g.schema_version,
           g.data, g.principal, g.command_id, g.metadata
    FROM jsonb_to_recordset($1::jsonb)
         AS g(stream_id text, stream_category text, stream_version int, type text, schema_version int, data jsonb, principal text,
              command_id text, metadata jsonb)
    ON CONFLICT DO NOTHING
    RETURNING metadata->>'eventId' AS event_id, recorded_at
  )`
const APPEND_EVENTS = `${APPEND} SELECT event_id, recorded_at FROM appended`
const APPEND_EVENTS_AND_KEYS = `${APPEND},
  created AS (
    INSERT INTO customer_keys (customer_id, wrapped_key)
    SELECT k.customer_id, k.wrapped_key
    FROM unnest($2::text[], $3::text[], $4::text[]) AS k(event_id, customer_id, wrapped_key) JOIN appended USING (event_id)
    ON CONFLICT DO NOTHING
  ), destroyed AS (
    UPDATE customer_keys c SET wrapped_key = NULL, forgotten_at = clock_timestamp()
    FROM unnest($5::text[], $6::text[]) AS k(event_id, customer_id) JOIN appended USING (event_id)
    WHERE c.customer_id = k.customer_id
  )
  SELECT event_id, recorded_at FROM appended`

/** The instant of the append by event id, of those that won their place; the others met a taken stream version or command id. */
export type AppendGroup = (prisma: PrismaClient, group: readonly AppendRequest[]) => Promise<ReadonlyMap<string, Date>>

export const appendGroup: AppendGroup = async (prisma, group) => {
  // In one order everywhere: two groups that insert the same keys in different orders would lock each other out.
  const sorted = group.toSorted((a, b) =>
    a.streamId < b.streamId ? -1 : a.streamId > b.streamId ? 1 : a.streamVersion - b.streamVersion,
  )
  const keyChanges = sorted.filter((request) => request.customerKey)
  const rows = await prisma.$queryRawUnsafe<{ event_id: string; recorded_at: Date }[]>(
    keyChanges.length === 0 ? APPEND_EVENTS : APPEND_EVENTS_AND_KEYS,
    JSON.stringify(sorted.map(rowOf)),
    ...(keyChanges.length === 0 ? [] : keyColumnsOf(keyChanges)),
  )
  return new Map(rows.map(({ event_id, recorded_at }) => [event_id, recorded_at]))
}

/** By the names of the columns. */
function rowOf({ metadata, eventId, fingerprint, ...event }: AppendRequest) {
  return {
    stream_id: event.streamId,
    stream_category: event.streamCategory,
    stream_version: event.streamVersion,
    type: event.type,
    schema_version: event.schemaVersion,
    data: event.data,
    principal: event.principal,
    command_id: event.commandId,
    metadata: { ...metadata, eventId, fingerprint } satisfies StoredMetadata,
  }
}

function keyColumnsOf(group: readonly AppendRequest[]): unknown[] {
  const created = group.flatMap(({ eventId, customerKey }) =>
    customerKey?.kind === 'create' ? [{ eventId, ...customerKey }] : [],
  )
  const destroyed = group.flatMap(({ eventId, customerKey }) =>
    customerKey?.kind === 'destroy' ? [{ eventId, ...customerKey }] : [],
  )
  return [
    created.map((each) => each.eventId),
    created.map((each) => each.customerId),
    created.map((each) => each.wrappedKey),
    destroyed.map((each) => each.eventId),
    destroyed.map((each) => each.customerId),
  ]
}
