import { pino } from 'pino'
import { describe, expect, inject, it } from 'vitest'
import type { FeedItem } from '../../src/read/announcementFeed.js'
import type { OrderChangeItem } from '../../src/read/consistency.js'
import { StoreUnavailable } from '../../src/read/documentStore.js'
import { openKafkaAnnouncementFeed } from '../../src/read/kafka/kafkaAnnouncementFeed.js'
import { startLiveReads } from '../../src/read/startLiveReads.js'
import { eventually } from '../support/eventually.js'
import { MemoryDocumentStore } from '../support/memory/memoryDocumentStore.js'
import { MemoryParkedStreams } from '../support/memory/memoryParkedStreams.js'
import { orderApplied } from '../support/sampleAnnouncements.js'
import { orderDocument } from '../support/sampleDocuments.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { startPrivateStack } from '../support/stack/privateStack.js'

const PATIENCE_MS = 60_000
const SETTINGS = { partitions: 3, replicationFactor: -1, tls: false }
const logger = pino({ level: 'silent' })

describe.skipIf('kafka' in inject('stack').missing)('announcements on a broker that dies', () => {
  it('are followed and published on when the broker is back: all of them, those followed once and in order', async () => {
    await using open = new AsyncDisposableStack()
    const { parts, stop } = await startPrivateStack('kafka')
    open.defer(stop)
    const feed = await openKafkaAnnouncementFeed({
      kafka: { ...SETTINGS, brokers: [parts.kafka.address], prefix: '' },
      installationId: 'installation',
      logger,
    })
    open.defer(() => feed.close())

    const { end } = await feed.latest(1)
    const items: FeedItem[] = []
    const stopping = new AbortController()
    const following = feed.follow(end, (some) => items.push(...some), stopping.signal)
    open.defer(() => following)
    open.defer(() => stopping.abort())
    const newest = () => items.at(-1)?.result.version ?? 0

    await feed.publish([orderApplied('1', 1)])
    await eventually(() => newest() === 1)
    await parts.kafka.kill()
    const refusal = await feed.publish([orderApplied('1', 2)]).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(StoreUnavailable)
    expect(await feed.isReachable()).toBe(false)
    await parts.kafka.restart()

    for (let version = 2; version <= 20; version += 1) {
      await eventually(() => publishes(feed, version), PATIENCE_MS)
    }
    await eventually(() => newest() === 20, PATIENCE_MS)
    const versions = items.map(({ result }) => result.version)
    expect([...new Set(versions)]).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    expect(new Set(items.map(({ position }) => position)).size).toBe(items.length)
    expect((await feed.latest(100)).items).toEqual(items)
    expect(await feed.isReachable()).toBe(true)
  }, 180_000)
})

describeOnStack(['kafka'], 'two gateways on Kafka', (stack) => {
  it('INV-15 RESUME: a cursor of all orders that one gave out is good at the other, whatever a projector announced twice', async () => {
    await using open = new AsyncDisposableStack()
    const documents = new MemoryDocumentStore()
    const [near, far] = await Promise.all([openGateway(), openGateway()])
    async function openGateway() {
      const feed = await openKafkaAnnouncementFeed({
        kafka: { ...SETTINGS, brokers: stack.kafkaBrokers, prefix: `${stack.prefix}.` },
        installationId: 'installation',
        logger,
      })
      open.defer(() => feed.close())
      const liveReads = await startLiveReads({ documents, feed, parked: new MemoryParkedStreams(), logger })
      open.defer(() => liveReads.stop())
      return { feed, ...liveReads }
    }
    for (const id of ['a', 'b', 'c']) {
      const document = orderDocument(id, { version: 9 })
      await documents.write([{ projection: 'orders', document, expected: 'absent' }])
    }
    const changes = [1, 2, 3, 4].flatMap((version) => ['a', 'b', 'c'].map((id) => orderApplied(id, version)))
    const expected = changes.map(({ order, version }) => `${order?.orderId} ${version}`)

    const connection = new AbortController()
    open.defer(() => connection.abort())
    const { signal } = connection
    const here = await near.watcher.watchOrders({}, { signal })
    // The second half begins with repeats of the first, as from the successor of a projector that died before its commit.
    await near.feed.publish(changes.slice(0, 6))
    await far.feed.publish(changes.slice(3))
    const seenHere = await taken(here, expected.length)
    expect(seenHere.map(textOf)).toEqual(expected)
    for (const [index, { cursor }] of seenHere.slice(0, -1).entries()) {
      if (!('feed' in cursor)) throw new Error('Expected a cursor in the feed.')
      const there = await far.watcher.watchOrders({}, { since: cursor.feed, signal })
      expect((await taken(there, expected.length - index - 1)).map(textOf)).toEqual(expected.slice(index + 1))
    }
  })
})

async function taken(changes: AsyncIterable<OrderChangeItem>, count: number): Promise<readonly OrderChangeItem[]> {
  const items: OrderChangeItem[] = []
  for await (const item of changes) {
    items.push(item)
    if (items.length === count) break
  }
  return items
}

function textOf({ order, version }: OrderChangeItem): string {
  return `${order.id} ${version}`
}

async function publishes(
  feed: Awaited<ReturnType<typeof openKafkaAnnouncementFeed>>,
  version: number,
): Promise<boolean> {
  try {
    await feed.publish([orderApplied('1', version)])
    return true
  } catch (error) {
    if (error instanceof StoreUnavailable) return false
    throw error
  }
}
