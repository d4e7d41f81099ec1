import { afterEach, expect, it } from 'vitest'
import { BusUnavailable } from '../../src/bus/eventBus.js'
import type { EventMessage } from '../../src/bus/eventPublisher.js'
import { openKafkaBus } from '../../src/bus/kafka/kafkaBus.js'
import { ForeignInstallation, UnusableTopics } from '../../src/bus/kafka/kafkaFaults.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { compareGlobalPositions, type GlobalPosition, START_OF_LOG } from '../../src/contract/globalPosition.js'
import { eventTopic, eventTopics, HEADERS } from '../../src/contract/topics.js'
import { createKafka, type KafkaSettings } from '../../src/kafka/kafkaClient.js'
import { eventually } from '../support/eventually.js'
import { openFarBus } from '../support/farKafka.js'
import { KafkaLog, kafkaSettings, silentLogger } from '../support/kafkaLog.js'
import { MemoryCheckpoints } from '../support/memory/memoryCheckpoints.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { expectStreamOrder, takeInBackground, told } from '../support/taking.js'

const never = new AbortController().signal

describeOnStack(['kafka'], 'the bus on Kafka', (stack) => {
  let count = 0
  const logs: KafkaLog[] = []
  const freshSettings = (changed: Partial<KafkaSettings> = {}) => {
    count += 1
    return kafkaSettings(stack.kafkaBrokers, `${stack.prefix}.bus-${count}.`, changed)
  }
  const openLog = async () => {
    const log = await KafkaLog.open(freshSettings())
    logs.push(log)
    return log
  }
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close()
  })

  it('INV-4 STREAM-ORDER, INV-6 SINGLE-EFFECT: consumers come and go, and each event is done, in the order of its stream', async () => {
    const log = await openLog()
    const buses = [await log.openBus(), await log.openBus(), await log.openBus()] as const
    await log.startRelay(buses[0], { pageSize: 20 })
    const writer = await log.openWriter()
    const streams = Array.from({ length: 8 }, (_, index) => `order-${index}`)
    const done: EventEnvelope[] = []
    const stay = takeInBackground(await buses[0].subscribe('group'), done)
    const appending = (async () => {
      for (let version = 1; version <= 60; version += 1) {
        await writer.append(streams.map((streamId) => [streamId, version] as const))
      }
    })()
    for (const bus of [buses[1], buses[2]]) {
      const consumer = await bus.subscribe('group')
      const guest = takeInBackground(consumer, done)
      await eventually(() => consumer.active)
      await guest.stop()
      await consumer.close()
    }
    await appending
    await eventually(() => new Set(told(done)).size === 480, 30_000)
    await stay.stop()
    expectStreamOrder(done)
  })

  it('INV-6 SINGLE-EFFECT: lets go of a slice when the group is rebalanced; what was fetched is handed out again, and a late commit does nothing', async () => {
    const log = await openLog()
    const [one, other] = [await log.openBus(), await log.openBus()]
    await log.startRelay(one)
    const writer = await log.openWriter()
    const streams = Array.from({ length: 12 }, (_, index) => `order-${index}`)
    await writer.append(streams.map((streamId) => [streamId, 1] as const))
    const first = await one.subscribe('group')
    const slice = await first.next(1, AbortSignal.timeout(10_000))
    const second = await other.subscribe('group')
    await eventually(() => slice && !first.holds(slice))
    if (slice) await first.commit(slice)
    const done: EventEnvelope[] = []
    const takings = [first, second].map((consumer) => takeInBackground(consumer, done))
    await eventually(() => new Set(told(done)).size === 12)
    await Promise.all(takings.map((taking) => taking.stop()))
    expect(told(done).sort()).toEqual(streams.map((streamId) => `${streamId} 1`).sort())
  })

  it('comes back by itself after its connections broke, and after the library has given up', async () => {
    const log = await openLog()
    const near = await log.openBus()
    await log.startRelay(near)
    const far = await openFarBus(log, near)
    const consumer = await far.bus.subscribe('group')
    const taking = takeInBackground(consumer)
    const writer = await log.openWriter()
    await writer.append([['order-1', 1]])
    await eventually(() => taking.done.length > 0)
    far.proxy.cut()
    await writer.append([['order-1', 2]])
    await eventually(() => told(taking.done).includes('order-1 2'), 20_000)
    far.setReachable(false)
    await writer.append([['order-1', 3]])
    const impatient = await far.bus.isReachable()
    expect(impatient).toBe(false)
    await eventually(() => log.warnings.some((line) => line.includes('Lost the consumer group')), 20_000)
    expect(consumer.outForMs).toBeGreaterThan(0)
    far.setReachable(true)
    await eventually(() => told(taking.done).includes('order-1 3'), 20_000)
    expect(consumer.outForMs).toBe(0)
    expectStreamOrder(taking.done)
    await eventually(() => far.bus.isReachable())
    const end = taking.done.at(-1)?.position ?? START_OF_LOG
    await eventually(async () => compareGlobalPositions(await far.bus.progress('group'), end) === 0)
    await taking.stop()
    await far.close()
  })

  it('INV-3 NO-LOST-EVENT: takes no event for the repeat of one before it whose acknowledgement was lost', async () => {
    const log = await openLog()
    const near = await log.openBus()
    const far = await openFarBus(log, near)
    const taking = takeInBackground(await near.subscribe('group'))
    const publisher = far.bus.publisher()
    await publisher.publish([orderConfirmed(1)])
    far.proxy.loseAnswers()
    const unanswered = publisher.publish([orderConfirmed(2)])
    await eventually(() => taking.done.length === 2 && far.proxy.hasLost())
    far.setReachable(false)
    await expect(unanswered).rejects.toThrow(BusUnavailable)
    far.setReachable(true)
    // Another event, of the same size and count.
    await publisher.publish([orderConfirmed(3)])
    await eventually(() => taking.done.length === 3)
    expect(told(taking.done)).toEqual(['order-1 1', 'order-1 2', 'order-1 3'])
    await taking.stop()
    await publisher.close()
    await far.close()
  })

  it('publishes more at once than a broker takes in one batch', async () => {
    const log = await openLog()
    const bus = await log.openBus()
    const publisher = bus.publisher()
    const reason = 'x'.repeat(200_000)
    await publisher.publish(Array.from({ length: 12 }, (_, index) => orderConfirmed(index + 1, { reason })))
    const taking = takeInBackground(await bus.subscribe('group'))
    await eventually(() => taking.done.length === 12)
    expectStreamOrder(taking.done)
    await taking.stop()
    await publisher.close()
  })

  it('passes over what is no event of ours, also at the end of a partition, and hands out types that only a later release knows', async () => {
    const log = await openLog()
    const bus = await log.openBus()
    await log.startRelay(bus)
    const writer = await log.openWriter()
    await writer.append([['order-1', 1]])
    const taking = takeInBackground(await bus.subscribe('group'))
    const [first] = await eventually(() => taking.done.length === 1 && taking.done)
    const ours = { [HEADERS.installationId]: log.installationId }
    const later = {
      ...first,
      eventId: 'later',
      type: 'OrderPraised',
      schemaVersion: 9,
      streamId: 'order-9',
      streamVersion: 1,
    }
    await writeRaw(log.settings, [
      { key: 'order-1', value: 'no JSON', headers: ours },
      { key: 'order-1', value: JSON.stringify({ streamId: 'order-1' }), headers: ours },
      { key: 'order-1', value: JSON.stringify({ ...first, streamVersion: 2 }) },
      { key: 'order-9', value: JSON.stringify(later), headers: ours },
      { key: 'order-1', value: null, headers: ours },
    ])
    await eventually(() => taking.done.length === 2)
    expect(told(taking.done)).toEqual(['order-1 1', 'order-9 1'])
    // What was passed over is committed, or the group would seem to be behind for ever.
    const end: GlobalPosition = first?.position ?? START_OF_LOG
    await eventually(async () => compareGlobalPositions(await bus.progress('group'), end) === 0)
    await taking.stop()
  })

  it("passes over another installation's messages, and says so once, with the setting", async () => {
    const log = await openLog()
    const bus = await log.openBus()
    await log.startRelay(bus)
    const writer = await log.openWriter()
    const theirs = { key: 'order-1', value: '{}', headers: { [HEADERS.installationId]: 'theirs' } }
    await writeRaw(log.settings, [theirs, theirs])
    const taking = takeInBackground(await bus.subscribe('group'))
    await writer.append([['order-1', 1]])
    await eventually(() => taking.done.length === 1)
    await writeRaw(log.settings, [theirs])
    await writer.append([['order-1', 2]])
    await eventually(() => taking.done.length === 2)
    expect(told(taking.done)).toEqual(['order-1 1', 'order-1 2'])
    const warnings = log.warnings.filter((line) => line.includes('KAFKA_PREFIX'))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('"installationId":"theirs"')
    await taking.stop()
  })

  it('belongs to the first of two installations that claim the same prefix at once', async () => {
    const settings = freshSettings()
    const claims = await Promise.allSettled(['one', 'other'].map((installationId) => open(settings, installationId)))
    const won = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value] : []))
    const lost = claims.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason] : []))
    await Promise.all(won.map((bus) => bus.close()))
    expect(won).toHaveLength(1)
    expect(lost).toHaveLength(1)
    expect(lost[0]).toBeInstanceOf(ForeignInstallation)
    expect(String(lost[0])).toContain('KAFKA_PREFIX')
  })

  it('refuses topics that were made with another number of partitions', async () => {
    const settings = freshSettings({ partitions: 2 })
    await (await open(settings, 'one')).close()
    for (const partitions of [1, 3]) {
      const opening = open({ ...settings, partitions }, 'one')
      await expect(opening).rejects.toThrow(UnusableTopics)
      await expect(opening).rejects.toThrow('KAFKA_PARTITIONS')
    }
  })

  it('keeps events for ever, whatever the broker does with other topics', async () => {
    const settings = freshSettings()
    await (await open(settings, 'one')).close()
    const admin = createKafka(settings, silentLogger).admin()
    await admin.connect()
    const [topic = ''] = eventTopics(settings.prefix)
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] })
    const retention = resources[0]?.configEntries.find(({ configName }) => configName === 'retention.ms')
    expect(retention?.configValue).toBe('-1')
    await admin.disconnect()
  })

  it('says which setting to look at when no broker answers', async () => {
    const opening = open({ ...freshSettings(), brokers: ['127.0.0.1:1'] }, 'one')
    await expect(opening).rejects.toThrow(BusUnavailable)
    await expect(opening).rejects.toThrow('KAFKA_BROKERS')
  })

  it('ends a consumer in time', async () => {
    const log = await openLog()
    const bus = await log.openBus()
    const consumer = await bus.subscribe('group')
    const waiting = consumer.next(10, never)
    const closing = performance.now()
    await consumer.close()
    expect(performance.now() - closing).toBeLessThan(2_000)
    await expect(waiting).resolves.toBeUndefined()
  })
})

function open(kafka: KafkaSettings, installationId: string) {
  return openKafkaBus({ kafka, installationId, checkpoints: new MemoryCheckpoints(), logger: silentLogger })
}

/** As an outbox gives it. */
function orderConfirmed(streamVersion: number, data = {}): EventMessage {
  const outside = {
    eventId: `event-${streamVersion}`,
    type: 'OrderConfirmed',
    schemaVersion: 1,
    streamId: 'order-1',
    streamCategory: 'order' as const,
    streamVersion,
    position: { era: 1, transactionId: '7', position: String(streamVersion) },
  }
  const occurredAt = '2026-03-01T09:30:00.000Z'
  const envelope = JSON.stringify({ ...outside, recordedAt: occurredAt, data, metadata: { occurredAt } })
  return { ...outside, traceparent: '', envelope }
}

/** Messages in the topic of orders that no relay of ours wrote. */
async function writeRaw(
  settings: KafkaSettings,
  messages: readonly { key: string; value: string | null; headers?: Record<string, string> }[],
): Promise<void> {
  const producer = createKafka(settings, silentLogger).producer()
  await producer.connect()
  await producer.send({ topic: eventTopic(settings.prefix, 'order'), messages: [...messages] })
  await producer.disconnect()
}
