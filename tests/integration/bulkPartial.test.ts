import type { Client as PostgresClient } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SliceConsumer } from '../../projector/consumeBatch.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { openElasticsearchReadStore } from '../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { openPostgresReadStore } from '../../src/read/postgres/openPostgresReadStore.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { isRetriable } from '../../src/waiting/isRetriable.js'
import { BulkRefusals } from '../support/bulkRefusals.js'
import { type ElasticsearchProxy, startElasticsearchProxy } from '../support/elasticsearchProxy.js'
import { eventually } from '../support/eventually.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { foldOf, projectorInMemory, silentLogger } from '../support/projectorHarness.js'
import { openSession } from '../support/rawLog.js'
import { customerRegistered, itemAdded, orderConfirmed, orderCreated, orderShipped } from '../support/sampleEvents.js'
import { describeOnStack } from '../support/stack/onStack.js'

const GOOD = ['good-1', 'good-2', 'good-3']
/** No store takes a text that is no well-formed Unicode. */
const UNSTORABLE = 'half a character: \ud800'

/**
 * One slice with everything at once: orders that are fine, one that the store does not take just now, one that it never takes, and one with an event
 * that nobody can read.
 */
function mixedSlice(store: ReadStore) {
  const harness = projectorInMemory({ documents: store.documents, parked: store.parked })
  const { log } = harness
  log.append('customer-ada', customerRegistered())
  log.append('order-unreadable', orderCreated('ada'), itemAdded(), orderConfirmed())
  log.damage('order-unreadable', 2)
  for (const id of ['good-1', 'busy', 'good-2']) log.append(`order-${id}`, orderCreated('ada'), itemAdded())
  log.append('order-unstorable', orderCreated('ada'), orderConfirmed(), orderShipped(UNSTORABLE))
  log.append('order-good-3', orderCreated('ada'))
  return harness
}

/** As the projector does it: what is retriable is done again, with the same events. Returns how often it was. */
async function consumeUntilDone(consumer: SliceConsumer, events: readonly EventEnvelope[]): Promise<number> {
  for (let failures = 0; ; failures += 1) {
    try {
      await consumer.consume(events)
      return failures
    } catch (error) {
      if (!isRetriable(error)) throw error
    }
  }
}

async function expectPoisonAloneParked({ log, published }: ReturnType<typeof mixedSlice>, store: ReadStore) {
  const fold = foldOf(without(log.events, ['order-unreadable', 'order-unstorable'], log))
  const orders = await store.documents.get('orders', [...GOOD, 'busy', 'unreadable', 'unstorable'])
  const timelines = await store.documents.get('orderTimelines', [...GOOD, 'busy'])
  for (const id of [...GOOD, 'busy']) {
    expect(orders.get(id)?.document).toEqual(fold.orders.get(id))
    expect(timelines.get(id)?.document).toEqual(fold.orderTimelines.get(id))
  }
  expect([orders.get('unreadable')?.document.version, orders.get('unstorable')?.document.version]).toEqual([1, 2])
  const rows = await store.parked.list()
  expect(rows.map(({ streamId, projection, failedVersion }) => [streamId, projection, failedVersion]).sort()).toEqual([
    ['order-unreadable', 'orderTimelines', 2],
    ['order-unreadable', 'orders', 2],
    ['order-unstorable', 'orderTimelines', 3],
    ['order-unstorable', 'orders', 3],
  ])
  for (const id of [...GOOD, 'busy']) {
    const versions = published.flatMap((each) =>
      each.kind === 'applied' && each.streamId === `order-${id}` ? [each.version] : [],
    )
    expect(versions).toEqual(id === 'good-3' ? [1] : [1, 2])
  }
}

/** The same log, for the fold, without the streams that can't be folded. */
function without(
  events: readonly EventEnvelope[],
  streamIds: readonly string[],
  log: ReturnType<typeof mixedSlice>['log'],
) {
  return Object.create(log, { events: { value: events.filter(({ streamId }) => !streamIds.includes(streamId)) } })
}

describe('on PostgreSQL', () => {
  let database: TestDatabase
  let store: ReadStore
  let other: PostgresClient
  let watcher: PostgresClient
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  beforeEach(async () => {
    store = await openPostgresReadStore({ databaseUrl: database.url, logger: silentLogger })
    ;[other, watcher] = await Promise.all([openSession(database.url), openSession(database.url)])
  })
  afterEach(async () => {
    await Promise.all([store.close(), other.end(), watcher.end()])
  })
  afterAll(() => database.drop())

  it('INV-11 BULK-PARTIAL: good items once, those that the store does not take just now again, poison parks its stream alone', async () => {
    const harness = mixedSlice(store)
    // Somebody else is making the same row, so that the write waits; and the server ends the session that waits.
    await other.query('BEGIN')
    await other.query(`INSERT INTO read.orders (id, revision, document) VALUES ('busy', 1, '{}')`)
    const consumed = consumeUntilDone(harness.consumer, harness.log.events)
    await eventually(async () => {
      const { rowCount } = await watcher.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'order-gateway writes' AND wait_event_type = 'Lock'`,
      )
      return rowCount === 1
    })
    await other.query('ROLLBACK')
    expect(await consumed).toBe(1)
    await expectPoisonAloneParked(harness, store)
    const { rows } = await watcher.query('SELECT id, revision::int FROM read.orders WHERE id = ANY ($1) ORDER BY id', [
      [...GOOD, 'busy'],
    ])
    expect(rows).toEqual(['busy', ...GOOD].map((id) => ({ id, revision: 1 })))
  })
})

describeOnStack(['elasticsearch'], 'on Elasticsearch', (stack) => {
  let proxy: ElasticsearchProxy
  let store: ReadStore
  let refusals: BulkRefusals
  beforeAll(async () => {
    proxy = await startElasticsearchProxy(stack.elasticsearchUrl)
    store = await openElasticsearchReadStore({
      url: proxy.url,
      prefix: stack.prefix,
      installationId: 'installation',
      logger: silentLogger,
    })
    refusals = new BulkRefusals()
    proxy.meddle = refusals.meddle
  })
  afterAll(async () => {
    await store?.close()
    await proxy?.close()
  })

  it('INV-11 BULK-PARTIAL: good items once, those that the store does not take just now again, poison parks its stream alone', async () => {
    const harness = mixedSlice(store)
    refusals.left.set('busy', 3)
    await consumeUntilDone(harness.consumer, harness.log.events)
    await expectPoisonAloneParked(harness, store)
    // The order and its timeline.
    for (const id of [...GOOD, 'busy']) expect(refusals.passed.get(id)).toBe(2)
    expect(refusals.left.get('busy')).toBe(0)
  })
})
