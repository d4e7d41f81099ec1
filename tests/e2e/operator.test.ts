import { setTimeout as delay } from 'node:timers/promises'
import type { Client as PostgresClient } from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConsistencyTokens } from '../../src/contract/consistencyToken.js'
import type { Documents, ProjectionName } from '../../src/contract/documents.js'
import { streamIdOf } from '../../src/contract/streams.js'
import type { DocumentWrite } from '../../src/read/documentStore.js'
import { openLogReader } from '../../src/write/index.js'
import { type AdminAnswer, environmentOf, runAdmin } from '../support/adminProcess.js'
import { eventually } from '../support/eventually.js'
import { type OpenedInstallation, openInstallation } from '../support/openInstallation.js'
import { createTestDatabase } from '../support/postgres.js'
import { describeInBothProfiles } from '../support/profiles.js'
import { changeEventType, insertRawEvent, openSession } from '../support/rawLog.js'
import type { ServiceUnderTest } from '../support/service.js'
import { changeCustomerContact } from './operations.js'
import { accepted, PACE_MS, Shop } from './shop.js'

/** Commands are processes, on a machine with other things to do. */
const TEST_TIMEOUT_MS = 90_000

const QUARANTINED = /* GraphQL */ `
  query ($streamId: ID) {
    quarantinedStreams(streamId: $streamId) { projection streamId failedVersion eventType error attempts lastSkipped request }
  }
`
const RELEASE = /* GraphQL */ `
  mutation ($streamId: ID!) {
    releaseQuarantinedStream(streamId: $streamId, timeoutMs: 10000) { outcome streams { error } userErrors { code field } }
  }
`
const COMPLETED = /* GraphQL */ `
  subscription ($token: ConsistencyToken!) { projectionCompleted(token: $token, level: SEARCHABLE, timeoutMs: 20000) { status } }
`
const STATUS = /* GraphQL */ `
  query ($id: ID!, $token: ConsistencyToken!) { order(id: $id, atLeast: $token, waitMs: 10000) { status version } }
`

describeInBothProfiles((startService, profile) => {
  let service: ServiceUnderTest
  let installation: OpenedInstallation
  let session: PostgresClient
  let tokens: ConsistencyTokens

  beforeAll(async () => {
    service = await startService()
    installation = await openInstallation(service.config)
    session = await openSession(service.databaseUrl)
    tokens = new ConsistencyTokens(service.config.tokenSecrets ?? [], installation.id)
  })
  afterAll(async () => {
    await session.end()
    await installation.close()
    await service.stop()
  })

  const admin = (...args: readonly string[]) => runAdmin(environmentOf(service.config), ...args)
  const ask = (query: string, variables: Record<string, unknown>) =>
    service.client.request(query, variables as never) as Promise<Record<string, never>>

  async function quarantined(streamId: string): Promise<readonly { projection: string; attempts: number }[]> {
    return (await ask(QUARANTINED, { streamId })).quarantinedStreams ?? []
  }

  async function outcomeOf(token: string): Promise<string> {
    for await (const { data, errors } of service.client.subscribe(COMPLETED, { token } as never)) {
      if (errors) throw new Error(JSON.stringify(errors))
      return (data as { projectionCompleted: { status: string } }).projectionCompleted.status
    }
    throw new Error('Expected one outcome.')
  }

  /** An order whose second event no projection can read. */
  async function poisonedOrder() {
    const { id } = await (await Shop.open(service.client)).order()
    const streamId = streamIdOf('order', id)
    const token = tokens.issue({ streamId, version: 2 })
    await insertRawEvent(session, { streamId, version: 2, type: 'OrderTeleported' })
    await eventually(async () => (await quarantined(streamId)).length === 2, 30_000)
    return { id, streamId, token, mend: () => changeEventType(session, streamId, 2, 'OrderConfirmed') }
  }

  it(
    'quarantine: lists and shows a parked stream, says so while its event is still poison, and takes it up when it is not',
    async () => {
      const { id, streamId, token, mend } = await poisonedOrder()
      const askedAt = performance.now()
      expect(await outcomeOf(token)).toBe('QUARANTINED')
      expect(performance.now() - askedAt).toBeLessThan(5_000)

      expect(await admin('quarantine', 'list', '--timeout', '5s')).toMatchObject({ code: 2 })
      const listed = await admin('quarantine', 'list')
      expect(listed).toMatchObject({ code: 0, stderr: '' })
      expect(listed.stdout).toMatch(new RegExp(`^${streamId}  orders +2  OrderTeleported`, 'm'))
      const shown = await admin('quarantine', 'show', streamId, '--json')
      expect(JSON.parse(shown.stdout)).toMatchObject({
        streamId,
        streams: [
          { projection: 'orderTimelines', failedVersion: 2, eventType: 'OrderTeleported', lastSkipped: 2 },
          { projection: 'orders', eventPosition: expect.stringMatching(/^\d+:\d+:\d+$/), attempts: 1 },
        ],
      })

      const tried = await admin('quarantine', 'retry', streamId)
      expect(tried.stdout).toContain('is still in quarantine')
      expect(tried.code).toBe(3)
      expect((await quarantined(streamId)).map(({ attempts }) => attempts)).toEqual([2, 2])

      await mend()
      expect(await admin('quarantine', 'retry', streamId)).toMatchObject({
        code: 0,
        stdout: `${streamId} is released: everything passed over is applied and announced.\n`,
      })
      expect(await outcomeOf(token)).toBe('VISIBLE')
      expect(await ask(STATUS, { id, token })).toEqual({ order: { status: 'CONFIRMED', version: 2 } })
      expect(await admin('quarantine', 'retry', streamId)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('Expected a stream in quarantine'),
      })
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'quarantine: staff release by GraphQL, and the document is written anew from the log',
    async () => {
      const { id, streamId, token, mend } = await poisonedOrder()
      expect(await ask(RELEASE, { streamId })).toMatchObject({
        releaseQuarantinedStream: { outcome: 'STILL_QUARANTINED', userErrors: [] },
      })
      await drift('orders', id, { totalMinor: 1 })
      await mend()
      expect(await ask(RELEASE, { streamId })).toEqual({
        releaseQuarantinedStream: { outcome: 'RELEASED', streams: [], userErrors: [] },
      })
      expect(await outcomeOf(token)).toBe('VISIBLE')
      const stored = (await installation.documents.get('orders', [id])).get(id)
      expect(stored?.document).toMatchObject({ version: 2, status: 'CONFIRMED', totalMinor: 2_000 })
      expect(await ask(RELEASE, { streamId })).toEqual({
        releaseQuarantinedStream: {
          outcome: null,
          streams: [],
          userErrors: [{ code: 'STREAM_NOT_QUARANTINED', field: ['streamId'] }],
        },
      })
    },
    TEST_TIMEOUT_MS,
  )

  /** Changes a document behind everybody's back, as no projection would. */
  async function drift<Name extends ProjectionName>(name: Name, id: string, change: Partial<Documents[Name]>) {
    const stored = (await installation.documents.get(name, [id])).get(id)
    const document = { ...(stored?.document as Documents[Name]), ...change }
    const write = { projection: name, document, expected: stored?.revision ?? 'absent' } as DocumentWrite
    expect(await installation.documents.write([write])).toMatchObject([{ kind: 'written' }])
  }

  function findingsIn({ stdout }: AdminAnswer): readonly { projection: string; streamId: string; kind: string }[] {
    return JSON.parse(stdout).findings
  }

  it(
    'verify: finds documents that differ, and repairs them',
    async () => {
      const shop = await Shop.open(service.client)
      const { id, token } = await shop.order()
      expect(await outcomeOf(token)).toBe('VISIBLE')
      expect(await admin('verify')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing differs.') })

      await drift('orders', id, { totalMinor: 1, customerName: 'Somebody Else' })
      await drift('customers', shop.customerId, { name: 'Somebody Else', ordersVersion: 0 })
      const found = await admin('verify', '--since', '1h', '--grace', '1s', '--json')
      expect(found.code).toBe(3)
      expect(findingsIn(found)).toMatchObject([
        { projection: 'orders', streamId: `order-${id}`, kind: 'differs', storedVersion: 1, logVersion: 1 },
        { projection: 'customers', streamId: `customer-${shop.customerId}`, kind: 'differs' },
      ])
      expect(found.stdout).not.toContain('Somebody Else')

      const repaired = await admin('verify', '--repair', '--grace', '1s')
      expect(repaired.stdout).toContain('2 differ, 2 repaired, 0 left.')
      expect(repaired.code).toBe(0)
      expect(await admin('verify', '--grace', '1s')).toMatchObject({ code: 0 })
      const customer = (await installation.documents.get('customers', [shop.customerId])).get(shop.customerId)
      expect(customer?.document).toMatchObject({ name: 'Ada Lovelace', version: 1, ordersVersion: 1 })
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'verify: takes nothing for a difference that is only under way, while orders and customers change',
    async () => {
      const shop = await Shop.open(service.client)
      let isDone = false
      const untilDone = async (write: () => Promise<unknown>) => {
        while (!isDone) {
          await write()
          await delay(PACE_MS)
        }
      }
      const writing = Promise.all([
        ...Array.from({ length: 4 }, () => untilDone(() => shop.order())),
        untilDone(async () => {
          const input = { customerId: shop.customerId, name: `Ada ${performance.now()}` }
          accepted((await shop.client.request(changeCustomerContact, { input })).changeCustomerContact)
        }),
      ])
      const verified = admin('verify').finally(() => {
        isDone = true
      })
      const [answer] = await Promise.all([verified, writing])
      expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing differs.') })
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'verify: finds a document that has no stream in the log, and says that it cannot be repaired',
    async () => {
      const { sku } = await Shop.open(service.client)
      const known = await eventually(async () => (await installation.documents.get('products', [sku])).get(sku), 30_000)
      await drift('products', 'ghost', { ...known.document, id: 'ghost' })
      await installation.documents.makeSearchable()
      const found = await admin('verify', '--projection', 'products', '--repair')
      expect(found.stdout).toContain('products product-ghost has no stream in the log [not repaired]')
      expect(found.code).toBe(3)
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'projections: tells how far each is, and forget: erases a customer, once and for all',
    async () => {
      const { customerId } = await Shop.open(service.client)
      const told = await eventually(async () => {
        const answer = await admin('projections', '--json')
        return answer.code === 0 && answer
      }, 30_000)
      const { projections, parts } = JSON.parse(told.stdout)
      const names = parts.map(({ part }: { part: string }) => part)
      if (service.config.kafka) expect(names).toContain(`${service.config.kafka.prefix}order-events/0`)
      expect(names.at(-1)).toBe(service.config.kafka ? 'relay' : 'log')
      expect(projections.map(({ projection }: { projection: string }) => projection)).toEqual([
        'customers',
        'orderTimelines',
        'orders',
        'products',
      ])
      expect(await admin('forget', customerId)).toMatchObject({ code: 2, stdout: '' })
      expect(await admin('forget', customerId, '--yes')).toMatchObject({ code: 0, stderr: '' })
      expect(await admin('forget', customerId, '--yes')).toMatchObject({
        code: 0,
        stdout: `The customer "${customerId}" was forgotten already.\n`,
      })
      expect(await admin('forget', 'nobody-at-all', '--yes')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('look for the id again'),
      })
    },
    TEST_TIMEOUT_MS,
  )

  describe('against the wrong installation', () => {
    it('refuses a database without one, and makes none', async () => {
      const empty = await createTestDatabase()
      try {
        const env = { ...environmentOf(service.config), DATABASE_URL: empty.url }
        const refused = await runAdmin(env, 'verify')
        expect(refused).toMatchObject({ code: 1, stdout: '' })
        expect(refused.stderr).toMatch(/^Expected an installation in the database test_\w+ at \S+, found none/)
        const other = await openSession(empty.url)
        const { rows } = await other.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
        await other.end()
        expect(rows).toEqual([])
      } finally {
        await empty.drop()
      }
    })

    // Both are in the one database where there is no cluster.
    if (profile === 'cluster') {
      it('refuses prefixes under which nothing is, and the stores of another one', async () => {
        const env = environmentOf(service.config)
        for (const variable of ['KAFKA_PREFIX', 'ELASTICSEARCH_PREFIX']) {
          const refused = await runAdmin({ ...env, [variable]: 'mistyped-' }, 'projections')
          expect(refused).toMatchObject({ code: 1, stdout: '' })
          expect(refused.stderr).toMatch(
            new RegExp(
              `^Expected an installation in \\w+ that begin with "mistyped-", found none: correct ${variable}`,
            ),
          )
        }
        const withoutUrl = await runAdmin({ ...env, ELASTICSEARCH_URL: '' }, 'rebuild', 'all')
        expect(withoutUrl).toMatchObject({ code: 1, stdout: '' })
        expect(withoutUrl.stderr).toMatch(/^Expected read models in .* found none: set ELASTICSEARCH_URL/)
        const database = await createTestDatabase()
        try {
          const other = await openLogReader({ databaseUrl: database.url, logger: pino({ level: 'silent' }) })
          await other.close()
          const refused = await runAdmin({ ...env, DATABASE_URL: database.url }, 'verify')
          expect(refused).toMatchObject({ code: 1, stdout: '' })
          expect(refused.stderr).toContain('found that it belongs to another')
        } finally {
          await database.drop()
        }
      })
    }
  })
})
