import { Client } from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { StoredData, Upcasters } from '../../src/domain/upcast.js'
import { eventually } from '../support/eventually.js'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import { confirmOrder, deliverOrder, orderById, shipOrder } from './operations.js'
import { accepted, Shop } from './shop.js'

/**
 * A release of the future, for whom `{ trackingNumber }` is the second shape of a shipment: the first was `{ tracking }`. Everything else is
 * the service as it is, from the API to the stores.
 */
vi.mock('../../src/domain/upcast.js', async (importOriginal) => {
  const today = await importOriginal<typeof import('../../src/domain/upcast.js')>()
  const none = Object.fromEntries(today.EVENT_TYPES.map((type) => [type, []])) as unknown as Upcasters
  const upcasters: Upcasters = { ...none, OrderShipped: [({ tracking }) => ({ trackingNumber: tracking ?? null })] }
  return {
    ...today,
    schemaVersionOf: (type: string) => today.schemaVersionOf(type, upcasters),
    upcast: (type: string, version: number, data: StoredData) => today.upcast(type, version, data, upcasters),
  }
})

/** What a release of the past would have appended to an order: its next event, in the first shape. */
const SHIP_AS_IT_WAS = `
  INSERT INTO events (era, stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata)
  SELECT era, stream_id, stream_category, stream_version + 1, 'OrderShipped', 1, '{"tracking": "EARLY-1"}', principal,
         gen_random_uuid()::text, metadata || jsonb_build_object('eventId', gen_random_uuid()::text)
  FROM events WHERE stream_id = $1 ORDER BY stream_version DESC LIMIT 1`

describeInBothProfiles((startService) => {
  let service: ServiceUnderTest
  let database: Client
  beforeAll(async () => {
    service = await startService()
    database = new Client({ connectionString: service.databaseUrl })
    await database.connect()
  })
  afterAll(async () => {
    await database.end()
    await service.stop()
  })

  it('INV-24 UPGRADE: an event of an early shape goes through log, bus and projector into documents of today, and commands build on it', async () => {
    const { client } = service
    const shop = await Shop.open(client)
    const early = await shop.order()
    accepted((await client.request(confirmOrder, { input: { orderId: early.id } })).confirmOrder)
    await database.query(SHIP_AS_IT_WAS, [`order-${early.id}`])
    await database.query('NOTIFY events')
    const shown = async (id: string) => (await client.request(orderById, { id })).order
    await eventually(async () => (await shown(early.id))?.status === 'SHIPPED')
    expect(await shown(early.id)).toMatchObject({ trackingNumber: 'EARLY-1', version: 3 })

    const { token } = accepted((await client.request(deliverOrder, { input: { orderId: early.id } })).deliverOrder)
    const { order } = await client.request(orderById, { id: early.id, token, waitMs: 10_000 })
    expect(order).toMatchObject({ status: 'DELIVERED', trackingNumber: 'EARLY-1', version: 4 })
  })

  it('INV-24 UPGRADE: new events are written in the shape of today, and the old ones stay as they are', async () => {
    const { client } = service
    const { id } = await (await Shop.open(client)).order()
    accepted((await client.request(confirmOrder, { input: { orderId: id } })).confirmOrder)
    const shipped = accepted(
      (await client.request(shipOrder, { input: { orderId: id, trackingNumber: 'NEW-1' } })).shipOrder,
    )
    const { order } = await client.request(orderById, { id, token: shipped.token, waitMs: 10_000 })
    expect(order).toMatchObject({ status: 'SHIPPED', trackingNumber: 'NEW-1' })
    const { rows } = await database.query(
      "SELECT schema_version, data FROM events WHERE type = 'OrderShipped' ORDER BY schema_version",
    )
    expect(rows).toEqual([
      { schema_version: 1, data: { tracking: 'EARLY-1' } },
      { schema_version: 2, data: { trackingNumber: 'NEW-1' } },
    ])
  })
})
