import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { parseStreamId } from '../../src/contract/streams.js'

/** An open session, for tests that decide themselves what commits when. */
export async function openSession(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  // Tests end sessions by force; what that means to a client is for the code under test to say.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

export interface RawEvent {
  readonly streamId: string
  readonly version: number
  /** Default: one that an order may go on with. */
  readonly type?: string
  /** Default: the installation's. */
  readonly era?: number
  /** Default: the running transaction's. */
  readonly transactionId?: string
  /** How long ago the database's clock says it was written. */
  readonly ageSeconds?: number
  /** Default: {}. */
  readonly data?: object
}

/** One row of the log, written past the event store: unless told so it carries no data that a projection could read. */
export async function insertRawEvent(client: Client, event: RawEvent): Promise<void> {
  const { streamId, version, type = 'OrderConfirmed', era, transactionId, ageSeconds = 0, data = {} } = event
  const metadata = {
    eventId: randomUUID(),
    correlationId: 'conversation',
    causationId: 'conversation',
    actor: 'local',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    occurredAt: '2026-03-01T09:30:00.000Z',
    fingerprint: 'fingerprint',
  }
  await client.query(
    `INSERT INTO events (era, transaction_id, stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata, recorded_at)
     SELECT coalesce($1, i.era), coalesce($2::xid8, pg_current_xact_id()), $3, $4, $5, $9, 1, $10, 'local', $6, $7,
            clock_timestamp() - $8 * interval '1 second'
     FROM installation i`,
    [
      era ?? null,
      transactionId ?? null,
      streamId,
      parseStreamId(streamId).category,
      version,
      randomUUID(),
      metadata,
      ageSeconds,
      type,
      data,
    ],
  )
}

/** Gives an event another type, which nobody may do but a test: as a release would that can read what another could not. */
export async function changeEventType(client: Client, streamId: string, version: number, type: string): Promise<void> {
  await client.query('BEGIN')
  await client.query('ALTER TABLE events DISABLE TRIGGER events_are_append_only')
  await client.query('UPDATE events SET type = $3 WHERE stream_id = $1 AND stream_version = $2', [
    streamId,
    version,
    type,
  ])
  await client.query('ALTER TABLE events ENABLE TRIGGER events_are_append_only')
  await client.query('COMMIT')
}
