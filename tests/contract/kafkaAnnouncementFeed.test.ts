import { connect } from 'node:net'
import { Kafka, logLevel } from 'kafkajs'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { createKafka } from '../../src/kafka/kafkaClient.js'
import { type FeedItem, PositionGone } from '../../src/read/announcementFeed.js'
import { KafkaAnnouncementFeed, openKafkaAnnouncementFeed } from '../../src/read/kafka/kafkaAnnouncementFeed.js'
import { UnusableResultsTopic } from '../../src/read/kafka/resultsTopic.js'
import { within } from '../../src/waiting/within.js'
import { startCuttableProxy } from '../support/cuttableProxy.js'
import { eventually } from '../support/eventually.js'
import { orderApplied } from '../support/sampleAnnouncements.js'
import { describeOnStack } from '../support/stack/onStack.js'
import type { StackOfFile } from '../support/stack/stackOfFile.js'
import { describeAnnouncementFeed } from './announcementFeed.conformance.js'

/** Of the ten seconds that a process has to end. */
const LET_GO_MS = 8_000
const INSTALLATION = 'our-installation'
const quiet = pino({ level: 'silent' })

function settingsOf({ kafkaBrokers, prefix }: StackOfFile, name: string) {
  const options = { partitions: 3, replicationFactor: -1, tls: false }
  return { brokers: kafkaBrokers, prefix: `${prefix}.${name}.`, ...options }
}

/** By a client whose every connection, whatever address the broker gives out, goes through the proxy. */
async function openFar(settings: ReturnType<typeof settingsOf>) {
  const proxy = await startCuttableProxy(`kafka://${settings.brokers[0]}`)
  const port = Number(new URL(proxy.url).port)
  const kafka = new Kafka({
    brokers: [...settings.brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, retries: 3 },
    socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port }, onConnect),
  })
  const { prefix, replicationFactor } = settings
  const parts = { kafka, prefix, replicationFactor, installationId: INSTALLATION, logger: quiet }
  return { proxy, far: await KafkaAnnouncementFeed.open(parts) }
}

describeOnStack(['kafka'], 'announcements on Kafka', (stack) => {
  describeAnnouncementFeed('Kafka', async () => {
    const settings = settingsOf(stack, 'feed')
    const feed = await openKafkaAnnouncementFeed({ kafka: settings, installationId: INSTALLATION, logger: quiet })
    const { far, proxy } = await openFar(settings)
    return {
      feed,
      far,
      cut: () => proxy.cut(),
      async close() {
        await far.close()
        await feed.close()
        await proxy.close()
      },
    }
  })

  it('passes over what another installation or a stranger writes, says so once, and shows the rest', async () => {
    const settings = settingsOf(stack, 'shared')
    const lines: string[] = []
    const logger = pino({ level: 'error' }, { write: (line: string) => lines.push(line) })
    const ours = await openKafkaAnnouncementFeed({ kafka: settings, installationId: INSTALLATION, logger })
    const theirs = await openKafkaAnnouncementFeed({ kafka: settings, installationId: 'theirs', logger: quiet })
    await theirs.publish([orderApplied('1', 1), orderApplied('1', 2)])
    await writeRaw(settings, [{}, { 'installation-id': INSTALLATION }])
    await ours.publish([orderApplied('2', 1)])
    await theirs.publish([orderApplied('1', 3)])
    const { items } = await ours.latest(100)
    expect(items.map(({ result }) => result)).toEqual([orderApplied('2', 1)])
    expect(await ours.latest(2)).toMatchObject({ items: [{ result: orderApplied('2', 1) }], isWhole: false })
    expect(await ours.latest(6)).toMatchObject({ items: [{ result: orderApplied('2', 1) }], isWhole: true })
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('KAFKA_PREFIX')
    await ours.close()
    await theirs.close()
  })

  it('publishes more at once than a broker takes in one batch', async () => {
    const settings = settingsOf(stack, 'large')
    const feed = await openKafkaAnnouncementFeed({ kafka: settings, installationId: INSTALLATION, logger: quiet })
    const skus = Array.from({ length: 200 }, (_, index) => `SKU-${index}-${'x'.repeat(60)}`)
    await feed.publish(Array.from({ length: 400 }, (_, index) => orderApplied('1', index + 1, { skus })))
    const { items } = await feed.latest(400)
    expect(items.map(({ result }) => result.version)).toEqual(Array.from({ length: 400 }, (_, index) => index + 1))
    await feed.close()
  })

  it('says when the records behind a position are not kept any more', async () => {
    const settings = settingsOf(stack, 'trimmed')
    const feed = await openKafkaAnnouncementFeed({ kafka: settings, installationId: INSTALLATION, logger: quiet })
    const { end } = await feed.latest(1)
    await feed.publish([orderApplied('1', 1), orderApplied('1', 2), orderApplied('1', 3)])
    const admin = createKafka(settings, quiet).admin()
    await admin.connect()
    const topic = `${settings.prefix}projection-results`
    // The library knows a topic only after it was asked for it.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
    await admin.disconnect()
    await expect(feed.follow(end, () => undefined, AbortSignal.timeout(10_000))).rejects.toThrow(PositionGone)
    expect((await feed.latest(10)).items.map(({ result }) => result.version)).toEqual([3])
    await feed.close()
  })

  it('refuses a topic with more than one partition, and says what to do', async () => {
    const settings = settingsOf(stack, 'wide')
    const admin = createKafka(settings, quiet).admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: `${settings.prefix}projection-results`, numPartitions: 3 }] })
    await admin.disconnect()
    const opening = openKafkaAnnouncementFeed({ kafka: settings, installationId: INSTALLATION, logger: quiet })
    await expect(opening).rejects.toThrow(UnusableResultsTopic)
    await expect(opening).rejects.toThrow('KAFKA_PREFIX')
  })

  it('INV-21 DRAIN: lets go of a broker that has fallen silent', async () => {
    const settings = settingsOf(stack, 'silent')
    const { far, proxy } = await openFar(settings)
    const items: FeedItem[] = []
    const stopping = new AbortController()
    const { end } = await far.latest(1)
    const following = far.follow(end, (some) => items.push(...some), stopping.signal)
    await far.publish([orderApplied('1', 1)])
    await eventually(() => items.length === 1)
    proxy.loseAnswers()
    await eventually(() => proxy.hasLost())
    stopping.abort()
    const closed = following.then(() => far.close())
    try {
      await within(LET_GO_MS, closed)
    } finally {
      // Only now, so that nobody notices by a broken connection.
      await proxy.close()
      await closed
    }
  })

  it('leaves no consumer group behind', async () => {
    const settings = settingsOf(stack, 'groups')
    const feed = await openKafkaAnnouncementFeed({ kafka: settings, installationId: INSTALLATION, logger: quiet })
    await feed.publish([orderApplied('1', 1)])
    expect((await feed.latest(1)).items).toHaveLength(1)
    const admin = createKafka(settings, quiet).admin()
    await admin.connect()
    await eventually(async () => {
      const { groups } = await admin.listGroups()
      return groups.every(({ groupId }) => !groupId.startsWith(settings.prefix))
    })
    await admin.disconnect()
    expect(await feed.isReachable()).toBe(true)
    await feed.close()
  })
})

/** Records that no feed of ours wrote. */
async function writeRaw(settings: ReturnType<typeof settingsOf>, headers: readonly Record<string, string>[]) {
  const producer = createKafka(settings, quiet).producer()
  await producer.connect()
  const messages = headers.map((each) => ({ value: 'no JSON', headers: each }))
  await producer.send({ topic: `${settings.prefix}projection-results`, messages })
  await producer.disconnect()
}
