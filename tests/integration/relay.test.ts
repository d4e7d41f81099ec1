import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { relayGroup } from '../../src/bus/eventPublisher.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { compareGlobalPositions, START_OF_LOG } from '../../src/contract/globalPosition.js'
import { eventTopic } from '../../src/contract/topics.js'
import { createKafka } from '../../src/kafka/kafkaClient.js'
import { eventually } from '../support/eventually.js'
import { openFarBus } from '../support/farKafka.js'
import { KafkaLog, kafkaSettings, silentLogger } from '../support/kafkaLog.js'
import { startPrivateServer } from '../support/postgres.js'
import { insertRawEvent, openSession } from '../support/rawLog.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { expectStreamOrder, takeInBackground, told } from '../support/taking.js'
import type { ThrowAwayServer } from '../support/throwAwayServer.js'

describeOnStack(['kafka'], 'relay', (stack) => {
  /** A server of its own: a transaction that is held open holds back every reader of the cluster. */
  let server: ThrowAwayServer
  let count = 0
  const logs: KafkaLog[] = []
  const openLog = async () => {
    count += 1
    const log = await KafkaLog.open(kafkaSettings(stack.kafkaBrokers, `${stack.prefix}.relay-${count}.`), server.url)
    logs.push(log)
    return log
  }
  beforeAll(async () => {
    server = await startPrivateServer()
  })
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close()
  })
  afterAll(async () => {
    await server.stop()
  })

  it('INV-3 NO-LOST-EVENT: of many writers that commit late, out of order or not at all, each committed event arrives, in stream order', async () => {
    const log = await openLog()
    const bus = await log.openBus()
    await log.startRelay(bus, { pageSize: 50 })
    const taking = takeInBackground(await bus.subscribe('group'))
    const committed: string[] = []
    await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const writer = await openSession(log.databaseUrl)
        const streamId = `order-${index}`
        let version = 1
        for (let round = 0; round < 30; round += 1) {
          await writer.query('BEGIN')
          // Some take their transaction id long before they write, some hold it open after.
          if (round % 3 === 0) await writer.query('SELECT pg_current_xact_id(), pg_sleep(random() * 0.01)')
          await insertRawEvent(writer, { streamId, version })
          if (round % 4 === 1) await writer.query('SELECT pg_sleep(random() * 0.02)')
          const keep = (round * 7 + index) % 5 !== 0
          await writer.query(keep ? 'COMMIT' : 'ROLLBACK')
          if (keep) committed.push(`${streamId} ${version++}`)
        }
        await writer.end()
      }),
    )
    await eventually(() => new Set(told(taking.done)).size >= committed.length)
    await taking.stop()
    expect(told(taking.done).sort()).toEqual(committed.sort())
    expectStreamOrder(taking.done)
  })

  it('INV-5 CHECKPOINT, INV-6 SINGLE-EFFECT: of two relays one leads; while leaders lose their lock every event arrives and the checkpoint only advances', async () => {
    const log = await openLog()
    const bus = await log.openBus()
    const relays = [await log.startRelay(bus, { pageSize: 20 }), await log.startRelay(bus, { pageSize: 20 })]
    const done: EventEnvelope[] = []
    const takings = [await bus.subscribe('group'), await bus.subscribe('group')].map((each) =>
      takeInBackground(each, done),
    )
    const writer = await log.openWriter()
    for (let version = 1; version <= 100; version += 1) {
      await writer.append([
        ['order-1', version],
        ['customer-1', version],
        ['product-1', version],
      ])
      if (version % 25 !== 0) continue
      await eventually(() => relays.some(({ isLeading }) => isLeading))
      await writer.session.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order-gateway log consumer' AND datname = current_database()",
      )
    }
    await eventually(() => new Set(told(done)).size === 300, 20_000)
    await eventually(() => relays.filter(({ isLeading }) => isLeading).length === 1)
    await Promise.all(takings.map((taking) => taking.stop()))
    expectStreamOrder(done)
    const history = log.checkpoints.history(relayGroup(bus.publisher().destination))
    for (const [index, position] of history.entries()) {
      expect(compareGlobalPositions(position, history[index - 1] ?? START_OF_LOG)).toBeGreaterThan(0)
    }
  })

  it('publishes everything, in stream order, over a connection that breaks in the middle of sends, with and without their answers', async () => {
    const log = await openLog()
    const near = await log.openBus()
    const far = await openFarBus(log, near)
    const relay = await log.startRelay(far.bus, { pageSize: 10 })
    const taking = takeInBackground(await near.subscribe('group'))
    const writer = await log.openWriter()
    for (let version = 1; version <= 60; version += 1) {
      await writer.append([
        ['order-1', version],
        ['order-2', version],
      ])
      if (version % 20 === 5) far.proxy.cut()
      if (version % 20 === 15) {
        // The broker takes what is sent now, and the relay does not learn it.
        far.proxy.loseAnswers()
        await writer.append([[`order-3`, Math.ceil(version / 20)]])
        await eventually(() => far.proxy.hasLost())
        far.proxy.cut()
      }
    }
    await eventually(() => new Set(told(taking.done)).size === 123, 30_000)
    expectStreamOrder(taking.done)
    expect(relay.isLeading).toBe(true)
    await taking.stop()
    await relay.stop()
    await far.close()
  })

  it('stops in time while the broker does not answer, and its successor publishes what is left', async () => {
    const log = await openLog()
    const near = await log.openBus()
    const far = await openFarBus(log, near)
    const relay = await log.startRelay(far.bus)
    const writer = await log.openWriter()
    const taking = takeInBackground(await near.subscribe('group'))
    await writer.append([['order-1', 1]])
    await eventually(() => taking.done.length > 0)
    far.proxy.loseRequests()
    await writer.append([['order-1', 2]])
    await eventually(() => far.proxy.hasLost())
    const stopping = performance.now()
    await relay.stop()
    expect(performance.now() - stopping).toBeLessThan(3_000)
    await log.startRelay(near)
    await eventually(() => told(taking.done).includes('order-1 2'))
    await taking.stop()
    await far.close()
  })

  it('says what to change where Kafka refuses an event as too large, tries it again, and goes on by itself when it is taken', async () => {
    const log = await openLog()
    const bus = await log.openBus()
    const topic = eventTopic(log.settings.prefix, 'order')
    const admin = createKafka(log.settings, silentLogger).admin()
    const takeUpTo = (bytes: number) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: 2, name: topic, configEntries: [{ name: 'max.message.bytes', value: String(bytes) }] }],
      })
    await admin.connect()
    await takeUpTo(50_000)
    const relay = await log.startRelay(bus)
    const writer = await log.openWriter()
    await writer.append([['order-1', 1]])
    await insertRawEvent(writer.session, { streamId: 'order-1', version: 2, data: { reason: 'x'.repeat(100_000) } })
    await writer.append([['order-1', 3]])
    const taking = takeInBackground(await bus.subscribe('group'))
    const refusals = () => log.warnings.filter((line) => line.includes('max.message.bytes of the topic'))
    await eventually(() => refusals().length >= 2)
    expect(relay.blockedBy?.message).toMatch(
      new RegExp(`up to 10\\d{4} bytes for ${topic}, .* message.max.bytes of the brokers, .* to 1048588 or more`),
    )
    expect(refusals()[0]).not.toContain('xxx')
    await takeUpTo(1_048_588)
    await eventually(() => taking.done.length >= 3, 20_000)
    expect(told(taking.done)).toEqual(['order-1 1', 'order-1 2', 'order-1 3'])
    expect(relay.blockedBy).toBeUndefined()
    await taking.stop()
    await admin.disconnect()
  })

  it('fills topics that were made anew from the start of the log', async () => {
    const log = await openLog()
    const writer = await log.openWriter()
    await writer.append([['order-1', 1]])
    const before = await log.openBus()
    await log.startRelay(before)
    const old = takeInBackground(await before.subscribe('group'))
    await eventually(() => old.done.length === 1)
    await old.stop()
    const anew = await log.openBus({ prefix: `${log.settings.prefix}anew.` })
    await log.startRelay(anew)
    await writer.append([['order-1', 2]])
    const taking = takeInBackground(await anew.subscribe('group'))
    await eventually(() => taking.done.length === 2)
    expect(told(taking.done)).toEqual(['order-1 1', 'order-1 2'])
    await taking.stop()
  })
})
