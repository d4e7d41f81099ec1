import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { followGenerations } from '../../projector/generations/followGenerations.js'
import type { EventMessage, EventPublisher } from '../../src/bus/eventPublisher.js'
import { LogSignal } from '../../src/bus/postgresLog/logSignal.js'
import { openReadModels } from '../../src/composition/openReadModels.js'
import { openTransport } from '../../src/composition/openTransport.js'
import { parseConfig } from '../../src/config.js'
import { PersonalDataCipher } from '../../src/contract/personalData.js'
import type { AnnouncementFeed } from '../../src/read/announcementFeed.js'
import { startLiveReads } from '../../src/read/startLiveReads.js'
import { NO_INSTRUMENTS } from '../../src/telemetry/instruments.js'
import { startRelay } from '../../src/write/relay/relay.js'
import { expectDocumentsFolded, wholeLog } from '../support/documentsFolded.js'
import { createTestDatabase } from '../support/postgres.js'
import { silentLogger as logger } from '../support/projectorHarness.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { contextOf, createOrderRequest, MASTER_KEY, openTestWriteSide, stock } from '../support/writeSide.js'

const ORDERS = 30
const LAST_VERSION = 4
/** Short, so that the test need not wait for what the sweep waits for. */
const LOST_AFTER_MS = 300
const PATIENCE_MS = 30_000

interface Losses {
  dropped: number
  droppedLast: number
  repeated: number
  announcements: number
}

/**
 * A bus that acknowledges everything, and of that drops every fourth message, the last one of every third order, and every one of each
 * seventh; sends every fifth twice, and old ones again behind newer ones.
 */
function lossy(publisher: EventPublisher, losses: Losses): EventPublisher {
  let count = 0
  const sent: EventMessage[] = []
  const isDropped = ({ streamId, streamVersion }: EventMessage): boolean => {
    const place = Number(/^order-o-(\d+)$/.exec(streamId)?.[1] ?? Number.NaN)
    const isLast = streamVersion === LAST_VERSION && place % 3 === 0
    if (isLast) losses.droppedLast += 1
    return isLast || place % 7 === 0 || count % 4 === 0
  }
  return {
    destination: publisher.destination,
    close: () => publisher.close(),
    async publish(messages) {
      const passed = messages.flatMap((message) => {
        count += 1
        if (isDropped(message)) {
          losses.dropped += 1
          return []
        }
        sent.push(message)
        return count % 5 === 0 ? [message, message] : [message]
      })
      const again = sent.filter((_, place) => place % 9 === count % 9).slice(0, 5)
      losses.repeated += again.length
      await publisher.publish([...passed, ...again])
    },
  }
}

/** Of three announcements one is said. */
function forgetful(feed: Pick<AnnouncementFeed, 'publish'>, losses: Losses): Pick<AnnouncementFeed, 'publish'> {
  let count = 0
  return {
    publish: (results) => {
      const said = results.filter(() => count++ % 3 === 0)
      losses.announcements += results.length - said.length
      return feed.publish(said)
    },
  }
}

/** A cluster with a bus that loses, two projectors, and what a gateway waits with. */
async function openLossyCluster(environment: Readonly<Record<string, string>>, starting: AsyncDisposableStack) {
  const losses: Losses = { dropped: 0, droppedLast: 0, repeated: 0, announcements: 0 }
  const database = await createTestDatabase()
  starting.defer(() => database.drop())
  const tokenSecret = randomBytes(32).toString('hex')
  const config = parseConfig({
    ...environment,
    DATABASE_URL: database.url,
    TOKEN_SECRET: tokenSecret,
    PERSONAL_DATA_KEY: randomBytes(32).toString('hex'),
  })
  const signal = new LogSignal()
  const writeSide = await openTestWriteSide(database.url, { onAppended: () => signal.notify() })
  starting.defer(() => writeSide.close())
  const { installationId, historyId } = writeSide
  const assembly = {
    config,
    logger,
    instruments: NO_INSTRUMENTS,
    starting,
    stopRequested: new AbortController().signal,
  }
  const log = { databaseUrl: database.url, installationId, historyId }
  const transport = await openTransport(assembly, { ...log, signal })
  const readModels = await openReadModels(assembly, log)
  if (!transport.kafka) throw new Error('Expected a bus on Kafka.')

  const liveReads = await startLiveReads({ ...readModels, logger })
  starting.defer(() => liveReads.stop())
  const publisher = lossy(transport.kafka.bus.publisher(), losses)
  const relay = startRelay({ outbox: transport.kafka.outbox, publisher, logger, pageSize: 20 })
  starting.defer(() => relay.stop())
  for (let n = 0; n < 2; n += 1) {
    const projectors = followGenerations({
      ...transport,
      ...readModels,
      feed: forgetful(readModels.feed, losses),
      streamReader: writeSide.streamReader,
      customerKeys: writeSide.customerKeys,
      cipher: new PersonalDataCipher([MASTER_KEY]),
      lostAfterMs: LOST_AFTER_MS,
      logger,
    })
    starting.defer(() => projectors.stop())
  }
  const installation = {
    databaseUrl: database.url,
    documents: readModels.documents,
    tokenSecrets: [tokenSecret],
    personalDataKeys: [MASTER_KEY],
  }
  return { writeSide, waiter: liveReads.waiter, installation, losses }
}

describeOnStack(['kafka', 'elasticsearch', 'redis'], 'a bus on Kafka that drops and repeats', (stack) => {
  it('INV-7 GATE, INV-8 GAP-FILL: everything converges, and every write is seen, whatever message or announcement is lost', async () => {
    await using starting = new AsyncDisposableStack()
    const { writeSide, waiter, installation, losses } = await openLossyCluster(stack.environment, starting)
    const { order, customer } = writeSide.handlers
    await stock(writeSide)
    for (let version = 1; version <= LAST_VERSION; version += 1) {
      await Promise.all(
        Array.from({ length: ORDERS }, (_, place) => {
          const orderId = `o-${place}`
          const steps = [
            createOrderRequest(orderId),
            { type: 'AddOrderItem', orderId, item: { sku: 's', quantity: 2 } },
            { type: 'ConfirmOrder', orderId },
            { type: 'ShipOrder', orderId, trackingNumber: `T-${place}` },
          ] as const
          const step = steps[version - 1]
          if (!step) throw new Error('Expected a step for each version.')
          return order(step, contextOf())
        }),
      )
      await customer({ type: 'ChangeCustomerContact', customerId: 'c', name: `Ada the ${version}.` }, contextOf())
    }

    const events = await wholeLog(installation.databaseUrl)
    const heads = new Map(events.map(({ streamId, streamVersion }) => [streamId, streamVersion]))
    expect(heads.size).toBe(ORDERS + 2)
    expect(events).toHaveLength(ORDERS * LAST_VERSION + 1 + LAST_VERSION + 1)
    const outcomes = await Promise.all(
      [...heads].map(([streamId, version]) =>
        waiter.waitFor({ streamId, version }, [{ kind: 'document' }, { kind: 'lists' }], { timeoutMs: PATIENCE_MS }),
      ),
    )
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['reached']))
    await expectDocumentsFolded(installation, events)
    expect(losses.droppedLast).toBeGreaterThanOrEqual(ORDERS / 3)
    for (const count of Object.values(losses)) expect(count).toBeGreaterThan(5)
  }, 120_000)
})
