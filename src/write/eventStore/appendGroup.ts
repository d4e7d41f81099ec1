import type { StoredMetadata } from '../../contract/eventRow.js'
import type { PrismaClient } from '../../generated/prisma/client.js'
import type { AppendRequest } from './eventStore.js'

/**
 * One statement, one commit, for the appends of many callers.
 *
 * ON CONFLICT without a target: a row that meets either unique key is left out, and the others stand. Winners are told by event id, because
 * a row of the same stream and version may be somebody else's. The key changes name the winners, so they commit with their event or not at all.
 */
const APPEND = `
  WITH appended AS (
    INSERT INTO events (era, stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata)
    SELECT (SELECT i.era FROM installation i), g.stream_id, g.stream_category, g.stream_version, g.type, g.schema_version,
           g.data::jsonb, g.principal, g.command_id, g.metadata::jsonb
    FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[])
         AS g(stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata)
    ON CONFLICT DO NOTHING
    RETURNING metadata->>'eventId' AS event_id, recorded_at
  )`
const APPEND_EVENTS = `${APPEND} SELECT event_id, recorded_at FROM appended`
const APPEND_EVENTS_AND_KEYS = `${APPEND},
  created AS (
    INSERT INTO customer_keys (customer_id, wrapped_key)
    SELECT k.customer_id, k.wrapped_key
    FROM unnest($10::text[], $11::text[], $12::text[]) AS k(event_id, customer_id, wrapped_key) JOIN appended USING (event_id)
    ON CONFLICT DO NOTHING
  ), destroyed AS (
    UPDATE customer_keys c SET wrapped_key = NULL, forgotten_at = clock_timestamp()
    FROM unnest($13::text[], $14::text[]) AS k(event_id, customer_id) JOIN appended USING (event_id)
    WHERE c.customer_id = k.customer_id
  )
  SELECT event_id, recorded_at FROM appended`

/** The instant of the append by event id, of those that won their place; the others met a taken stream version or command id. */
export async function appendGroup(
  prisma: PrismaClient,
  group: readonly AppendRequest[],
): Promise<ReadonlyMap<string, Date>> {
  // In one order everywhere: two groups that insert the same keys in different orders would lock each other out.
  const sorted = group.toSorted((a, b) =>
    a.streamId < b.streamId ? -1 : a.streamId > b.streamId ? 1 : a.streamVersion - b.streamVersion,
  )
  const keyChanges = sorted.filter((request) => request.customerKey)
  const values = columnsOf(sorted)
  const rows = await prisma.$queryRawUnsafe<{ event_id: string; recorded_at: Date }[]>(
    keyChanges.length === 0 ? APPEND_EVENTS : APPEND_EVENTS_AND_KEYS,
    ...values,
    ...(keyChanges.length === 0 ? [] : keyColumnsOf(keyChanges)),
  )
  return new Map(rows.map(({ event_id, recorded_at }) => [event_id, recorded_at]))
}

function columnsOf(group: readonly AppendRequest[]): unknown[] {
  return [
    group.map((each) => each.streamId),
    group.map((each) => each.streamCategory),
    group.map((each) => each.streamVersion),
    group.map((each) => each.type),
    group.map((each) => each.schemaVersion),
    group.map((each) => JSON.stringify(each.data)),
    group.map((each) => each.principal),
    group.map((each) => each.commandId),
    group.map(({ metadata, eventId, fingerprint }) =>
      JSON.stringify({ ...metadata, eventId, fingerprint } satisfies StoredMetadata),
    ),
  ]
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
