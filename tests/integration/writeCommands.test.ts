import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeEvent } from '../../src/contract/eventCodec.js'
import { PersonalDataCipher } from '../../src/contract/personalData.js'
import type { WriteSide } from '../../src/write/index.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { contextOf, createOrderRequest, MASTER_KEY, openTestWriteSide, stock } from '../support/writeSide.js'

let database: TestDatabase
/** Two services on one log: what one remembers the other does not know. */
let one: WriteSide
let other: WriteSide

beforeAll(async () => {
  database = await createTestDatabase()
  one = await openTestWriteSide(database.url)
  other = await openTestWriteSide(database.url)
  await stock(one)
})
afterAll(async () => {
  await one.close()
  await other.close()
  await database.drop()
})

async function rows<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Row>(sql, values)).rows
  } finally {
    await client.end()
  }
}

describe('a command id', () => {
  it('INV-16 IDEMPOTENT: concurrent repeats on two services have one effect and one result', async () => {
    const commandId = randomUUID()
    const outcomes = await Promise.all(
      Array.from({ length: 32 }, (_, index) =>
        (index % 2 ? one : other).handlers.order(createOrderRequest(), contextOf({ commandId })),
      ),
    )
    expect(outcomes.filter((outcome) => outcome.kind === 'accepted' && !outcome.duplicate)).toHaveLength(1)
    const firsts = outcomes.map((outcome) => outcome.kind === 'accepted' && { ...outcome, duplicate: false })
    for (const outcome of firsts) expect(outcome).toEqual(firsts[0])
    expect(await rows('SELECT 1 FROM events WHERE command_id = $1', [commandId])).toHaveLength(1)
  })

  it('INV-16 IDEMPOTENT: a later repeat gets the first result, though the order has moved on and would refuse it now', async () => {
    const orderId = randomUUID()
    const create = { ...createOrderRequest(orderId) }
    const first = await one.handlers.order(create, contextOf({ commandId: `create-${orderId}` }))
    await one.handlers.order({ type: 'CancelOrder', orderId, reason: 'no' }, contextOf())
    const repeat = await other.handlers.order(create, contextOf({ commandId: `create-${orderId}` }))
    expect(repeat).toEqual({ ...first, duplicate: true })
    expect(repeat).toMatchObject({ version: 1, state: { status: 'PENDING' } })
  })

  it('INV-16 IDEMPOTENT: a repeat is not refused because of its own first effect', async () => {
    const orderId = randomUUID()
    await one.handlers.order(createOrderRequest(orderId), contextOf())
    const cancel = { type: 'CancelOrder', orderId, reason: 'no' } as const
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        (index % 2 ? one : other).handlers.order(
          cancel,
          contextOf({ commandId: `cancel-${orderId}`, expectedVersion: 1 }),
        ),
      ),
    )
    expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'accepted'))
  })

  it('is refused for another request, and free again for another principal', async () => {
    const commandId = randomUUID()
    await one.handlers.order(createOrderRequest(), contextOf({ commandId }))
    const reused = await other.handlers.order(
      { ...createOrderRequest(), items: [{ sku: 's', quantity: 2 }] },
      contextOf({ commandId }),
    )
    expect(reused).toMatchObject({ kind: 'refused', code: 'COMMAND_ID_REUSED' })
    const anothers = await one.handlers.order(
      createOrderRequest(),
      contextOf({ commandId, principal: 'somebody else' }),
    )
    expect(anothers).toMatchObject({ kind: 'accepted', duplicate: false })
  })

  it('is not used up by a refusal', async () => {
    const [orderId, commandId] = [randomUUID(), randomUUID()]
    const confirm = { type: 'ConfirmOrder', orderId } as const
    expect(await one.handlers.order(confirm, contextOf({ commandId }))).toMatchObject({ code: 'ORDER_NOT_FOUND' })
    await other.handlers.order(createOrderRequest(orderId), contextOf())
    expect(await one.handlers.order(confirm, contextOf({ commandId }))).toMatchObject({
      kind: 'accepted',
      duplicate: false,
    })
  })

  it.each(['', 'x'.repeat(129), 'a\u0000b', '\ud800'])('%j is refused with a sentence', async (commandId) => {
    expect(await one.handlers.order(createOrderRequest(), contextOf({ commandId }))).toMatchObject({
      code: 'INVALID_INPUT',
      field: ['commandId'],
    })
  })
})

describe('concurrent commands on one aggregate', () => {
  it('INV-1 DENSE: 32 writers on one order through two services', async () => {
    const orderId = randomUUID()
    await one.handlers.order(createOrderRequest(orderId), contextOf())
    const outcomes = await Promise.all(
      Array.from({ length: 32 }, (_, index) =>
        (index % 2 ? one : other).handlers.order(
          { type: 'AddOrderItem', orderId, item: { sku: 's', quantity: 1 } },
          contextOf(),
        ),
      ),
    )
    const accepted = outcomes.filter((outcome) => outcome.kind === 'accepted')
    const versions = (
      await rows<{ stream_version: number }>('SELECT stream_version FROM events WHERE stream_id = $1 ORDER BY 1', [
        `order-${orderId}`,
      ])
    ).map((row) => row.stream_version)
    expect(versions).toEqual(Array.from({ length: accepted.length + 1 }, (_, index) => index + 1))
    expect(accepted.length).toBeGreaterThan(0)
    const last = await other.handlers.order({ type: 'ConfirmOrder', orderId }, contextOf())
    expect(last).toMatchObject({ version: accepted.length + 2, state: { items: [{ quantity: accepted.length + 1 }] } })
  })

  it('with expectedVersion exactly one wins, and the others are told to read again', async () => {
    const orderId = randomUUID()
    await one.handlers.order(createOrderRequest(orderId), contextOf())
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 ? one : other).handlers.order(
          { type: 'AddOrderItem', orderId, item: { sku: 's', quantity: 1 } },
          contextOf({ expectedVersion: 1 }),
        ),
      ),
    )
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.kind === 'refused') expect(outcome).toMatchObject({ code: 'VERSION_CONFLICT', retryable: true })
  })
})

describe('personal data in the log', () => {
  it('is sealed from the first event on, under a key that commits with the registration', async () => {
    const customerId = randomUUID()
    await one.handlers.customer(
      { type: 'RegisterCustomer', customerId, name: 'Grace Hopper', email: 'grace@navy.example' },
      contextOf(),
    )
    await one.handlers.order({ ...createOrderRequest(), customerId }, contextOf())
    await one.handlers.customer(
      { type: 'ChangeCustomerContact', customerId, email: 'hopper@navy.example' },
      contextOf(),
    )
    const text = JSON.stringify(await rows('SELECT * FROM events'))
    expect(text).not.toMatch(/Grace|Hopper|navy|High Street|York(?!shire)|YO1/)
    expect(text).toContain('Yorkshire')
    expect((await one.customerKeys.wrappedKeys([customerId])).size).toBe(1)
  })

  it('is gone for good with CustomerForgotten, whose event and tombstone commit together', async () => {
    const customerId = randomUUID()
    await one.handlers.customer(
      { type: 'RegisterCustomer', customerId, name: 'Grace Hopper', email: 'grace@navy.example' },
      contextOf(),
    )
    await other.handlers.order({ ...createOrderRequest(), customerId }, contextOf())
    await one.handlers.customer({ type: 'ForgetCustomer', customerId, reason: 'asked' }, contextOf())
    expect((await one.customerKeys.wrappedKeys([customerId])).size).toBe(0)
    expect(await rows('SELECT wrapped_key FROM customer_keys WHERE customer_id = $1', [customerId])).toEqual([
      { wrapped_key: null },
    ])
    expect(await other.handlers.order({ ...createOrderRequest(), customerId }, contextOf())).toMatchObject({
      code: 'CUSTOMER_FORGOTTEN',
    })
    expect(
      await other.handlers.customer({ type: 'RegisterCustomer', customerId, name: 'x', email: 'x@y' }, contextOf()),
    ).toMatchObject({ code: 'CUSTOMER_FORGOTTEN' })
    expect((await one.customerKeys.wrappedKeys([customerId])).size).toBe(0)
  })

  it('leaves no key behind for a registration that lost its race', async () => {
    const customerId = randomUUID()
    const outcomes = await Promise.all(
      [one, other, one, other].map((side) =>
        side.handlers.customer({ type: 'RegisterCustomer', customerId, name: 'n', email: 'e@f' }, contextOf()),
      ),
    )
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1)
    const [registered] = await one.streamReader.readStream(`customer-${customerId}`, 1)
    const wrapped = (await other.customerKeys.wrappedKeys([customerId])).get(customerId)
    if (!registered || wrapped === undefined) return expect.fail('Expected the winner to leave an event and a key.')
    const cipher = new PersonalDataCipher([MASTER_KEY])
    const { data } = decodeEvent(registered, (sealed) =>
      cipher.open(cipher.unwrap(wrapped), registered.eventId, sealed),
    )
    expect(data).toMatchObject({ contact: { name: 'n', email: 'e@f' } })
  })
})

describe('the log', () => {
  it('refuses every change of what was recorded', async () => {
    for (const statement of ["UPDATE events SET type = 'x'", 'DELETE FROM events', 'TRUNCATE events']) {
      await expect(rows(statement)).rejects.toThrow(/append-only/)
    }
  })

  it('finds name and price of a product by the partial index, however long its stream is', async () => {
    await rows(
      `INSERT INTO events (era, stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata)
       SELECT 1, 'product-busy', 'product', n, CASE WHEN n = 1 THEN 'ProductAdded' ELSE 'InventoryUpdated' END, 1, '{}', 'seed', 'busy-' || n, '{}'
       FROM generate_series(1, 20000) AS n`,
    )
    await rows('ANALYZE events')
    const plan = JSON.stringify(
      await rows(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM unnest(ARRAY['product-busy']) AS p(stream_id) CROSS JOIN LATERAL (
           SELECT e.* FROM events e WHERE e.stream_id = p.stream_id AND e.type IN ('ProductAdded', 'ProductPriceChanged')
           ORDER BY e.stream_version DESC LIMIT 1) e`,
      ),
    )
    expect(plan).toContain('events_catalogue_entries')
    expect(plan).not.toContain('Seq Scan')
  })
})
