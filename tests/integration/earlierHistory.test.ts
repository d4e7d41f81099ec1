import { randomUUID } from 'node:crypto'
import { Client } from '@elastic/elasticsearch'
import { afterEach, expect, it } from 'vitest'
import { openKafkaBus } from '../../src/bus/kafka/kafkaBus.js'
import { EarlierHistory } from '../../src/bus/kafka/kafkaFaults.js'
import { eventTopic, installationTopic } from '../../src/contract/topics.js'
import { createKafka, type KafkaSettings } from '../../src/kafka/kafkaClient.js'
import { openRedisDocumentCache } from '../../src/read/cache/redis/openRedisDocumentCache.js'
import { UnusableIndex } from '../../src/read/elasticsearch/indices.js'
import { openElasticsearchReadStore } from '../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { eventually } from '../support/eventually.js'
import { KafkaLog, kafkaSettings, silentLogger as logger } from '../support/kafkaLog.js'
import { MemoryCheckpoints } from '../support/memory/memoryCheckpoints.js'
import { orderDocument } from '../support/sampleDocuments.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { takeInBackground, told } from '../support/taking.js'

const ALL = ['order-1 1', 'order-1 2', 'order-2 1']

/** What was filled before the log was restored from a backup, as the restored log's processes meet it. */
describeOnStack(['kafka', 'elasticsearch', 'redis'], 'filled from an earlier history of the log', (stack) => {
  let releases: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const release of releases.reverse()) await release()
    releases = []
  })
  const until = async <Closable extends { close(): Promise<unknown> }>(opening: Promise<Closable>) => {
    const opened = await opening
    releases.push(() => opened.close())
    return opened
  }

  it('topics are refused by name, and filled anew once these are deleted', async () => {
    const log = await until(KafkaLog.open(kafkaSettings(stack.kafkaBrokers, `${stack.prefix}.history.`)))
    const { settings, installationId, checkpoints } = log
    const open = (historyId?: string) =>
      openKafkaBus({ kafka: settings, installationId, checkpoints, logger, ...(historyId && { historyId }) })
    const before = await open()
    const relay = await log.startRelay(before)
    const writer = await log.openWriter()
    await writer.append([
      ['order-1', 1],
      ['order-1', 2],
      ['order-2', 1],
    ])
    const taking = takeInBackground(await before.subscribe('group'))
    await eventually(() => taking.done.length === 3)
    await taking.stop()
    await relay.stop()
    await before.close()

    const restored = randomUUID()
    const refusal: unknown = await open(restored).catch((error: unknown) => error)
    if (!(refusal instanceof EarlierHistory)) throw new Error('Expected the bus to be refused.', { cause: refusal })
    expect(refusal.message).toMatch(/restored from a backup.*KAFKA_PREFIX/)
    const named = /delete the topics (.*);/.exec(refusal.message)?.[1]?.split(', ') ?? []
    await deleteTopics(settings, named)

    const after = await until(open(restored))
    await log.startRelay(after)
    // The same group: what it had committed went with the topics.
    const again = takeInBackground(await after.subscribe('group'))
    await eventually(() => again.done.length === 3)
    await again.stop()
    expect(told(again.done).sort()).toEqual(ALL)
  })

  it('the newest events on the topics can be looked at, and what is no event is none', async () => {
    const settings = kafkaSettings(stack.kafkaBrokers, `${stack.prefix}.newest.`, { partitions: 1 })
    const log = await until(KafkaLog.open(settings))
    const bus = await log.openBus()
    expect(await bus.newestEvents()).toEqual([])
    await log.startRelay(bus)
    const writer = await log.openWriter()
    await writer.append([
      ['order-1', 1],
      ['order-1', 2],
      ['product-1', 1],
    ])
    await eventually(
      async () =>
        told(await bus.newestEvents())
          .sort()
          .join() === 'order-1 2,product-1 1',
    )
    const producer = createKafka(settings, logger).producer()
    await producer.connect()
    await producer.send({ topic: eventTopic(settings.prefix, 'order'), messages: [{ value: 'of somebody else' }] })
    await producer.disconnect()
    expect(told(await bus.newestEvents())).toEqual(['product-1 1'])
  })

  it('a transaction that somebody wrote to a topic, whose marker nobody is handed, holds nothing up', async () => {
    const settings = kafkaSettings(stack.kafkaBrokers, `${stack.prefix}.marker.`, { partitions: 1 })
    const log = await until(KafkaLog.open(settings))
    const bus = await log.openBus()
    await log.startRelay(bus)
    const writer = await log.openWriter()
    await writer.append([['product-1', 1]])
    await eventually(async () => told(await bus.newestEvents()).join() === 'product-1 1')
    const topic = eventTopic(settings.prefix, 'order')
    const kafka = createKafka(settings, logger)
    const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ value: 'of somebody else' }] })
    await transaction.commit()
    await producer.disconnect()
    const admin = kafka.admin()
    await admin.connect()
    releases.push(() => admin.disconnect())
    // The message and its marker.
    await eventually(async () => (await admin.fetchTopicOffsets(topic))[0]?.high === '2')
    expect(told(await bus.newestEvents())).toEqual(['product-1 1'])
  })

  it('topics that an early release claimed are those of the first history', async () => {
    const settings = kafkaSettings(stack.kafkaBrokers, `${stack.prefix}.early.`)
    const installationId = randomUUID()
    const open = (historyId?: string) =>
      openKafkaBus({
        kafka: settings,
        installationId,
        checkpoints: new MemoryCheckpoints(),
        logger,
        ...(historyId && { historyId }),
      })
    await claimAsEarlyReleasesDid(settings, installationId)
    await (await open(installationId)).close()
    await expect(open(randomUUID())).rejects.toThrow(EarlierHistory)
  })

  it('indices are refused with what to do, also those of an early release', async () => {
    const prefix = `${stack.prefix}-history-`
    const installationId = randomUUID()
    const open = (historyId: string) =>
      openElasticsearchReadStore({ url: stack.elasticsearchUrl, prefix, installationId, historyId, logger })
    await (await open(installationId)).close()
    const refused = expect.objectContaining({
      name: UnusableIndex.name,
      message: expect.stringMatching(/^ELASTICSEARCH_PREFIX: .*restored from a backup.*delete all indices/),
    })
    await expect(open(randomUUID())).rejects.toEqual(refused)

    const client = new Client({ node: stack.elasticsearchUrl })
    releases.push(() => client.close())
    for (const [index, { mappings }] of Object.entries(await client.indices.getMapping({ index: `${prefix}*` }))) {
      const { historyId: _, ...early } = mappings._meta ?? {}
      await client.indices.putMapping({ index, _meta: early })
    }
    await (await open(installationId)).close()
    await expect(open(randomUUID())).rejects.toEqual(refused)
  })

  it('cached documents are not seen', async () => {
    const installationId = randomUUID()
    const open = (historyId: string) =>
      until(
        openRedisDocumentCache({
          url: stack.redisUrl,
          prefix: `${stack.prefix}:history:`,
          installationId,
          historyId,
          logger,
        }),
      )
    const before = await open(installationId)
    await before.put([{ projection: 'orders', document: orderDocument('o') }], await before.now())
    const ahead = await before.get('orders', ['o'])
    expect(ahead.documents.size).toBe(1)
    const after = await (await open(randomUUID())).get('orders', ['o'])
    expect(after.documents.size).toBe(0)
  })
})

async function deleteTopics(settings: KafkaSettings, topics: string[]): Promise<void> {
  const admin = createKafka(settings, logger).admin()
  await admin.connect()
  try {
    const present = new Set(await admin.listTopics())
    await admin.deleteTopics({ topics: topics.filter((topic) => present.has(topic)) })
    await eventually(async () => !(await admin.listTopics()).some((topic) => topic.startsWith(settings.prefix)))
  } finally {
    await admin.disconnect()
  }
}

async function claimAsEarlyReleasesDid(settings: KafkaSettings, installationId: string): Promise<void> {
  const kafka = createKafka(settings, logger)
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([admin.connect(), producer.connect()])
  const topic = installationTopic(settings.prefix)
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] })
  await producer.send({ topic, messages: [{ value: JSON.stringify({ installationId, topicsId: randomUUID() }) }] })
  await Promise.all([admin.disconnect(), producer.disconnect()])
}
