import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { expect } from 'vitest'
import type { EventEnvelope } from '../../../src/contract/eventEnvelope.js'
import { eventTopics } from '../../../src/contract/topics.js'
import { createKafka, type KafkaSettings } from '../../../src/kafka/kafkaClient.js'
import { expectDocumentsFolded, type FoldedInstallation, wholeLog } from '../../support/documentsFolded.js'
import { eventually } from '../../support/eventually.js'
import type { LoadResult } from './load.js'

const logger = pino({ level: 'silent' })
const CONVERGED_WITHIN_MS = 60_000

export interface Installation extends FoldedInstallation {
  readonly kafka: KafkaSettings
}

/** What must hold after whatever happened: nothing acknowledged is missing, and nothing is there twice. Waits for what is still on its way. */
export async function expectNothingLost(
  installation: Installation,
  { acknowledged, notified }: LoadResult,
): Promise<void> {
  const events = await wholeLog(installation.databaseUrl)
  for (const { commandId, streamId, version } of acknowledged) {
    const itsEvents = events.filter((event) => event.metadata.causationId === commandId)
    expect(itsEvents.map((event) => [event.streamId, event.streamVersion])).toEqual([[streamId, version]])
  }
  expectDense(events)
  for (const { outcomes } of notified) expect(outcomes).toEqual(['VISIBLE'])
  await expectOnTopics(installation.kafka, events)
  await expectDocumentsFolded(installation, events)
}

function expectDense(events: readonly EventEnvelope[]): void {
  for (const stream of Map.groupBy(events, (event) => event.streamId).values()) {
    expect(stream.map((event) => event.streamVersion)).toEqual(stream.map((_, index) => index + 1))
  }
}

/** Every event is on its topic, and no version of a stream before the one that it follows. */
async function expectOnTopics(settings: KafkaSettings, events: readonly EventEnvelope[]): Promise<void> {
  const kafka = createKafka(settings, logger)
  const groupId = `${settings.prefix}verify-${randomUUID()}`
  const consumer = kafka.consumer({ groupId })
  const seen = new Map<string, number>()
  const ids = new Set<string>()
  const early: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topics: [...eventTopics(settings.prefix)], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      const event = JSON.parse(message.value?.toString() ?? 'null') as EventEnvelope
      ids.add(event.eventId)
      const highest = seen.get(event.streamId) ?? 0
      if (event.streamVersion > highest + 1) early.push(`${event.streamId} ${event.streamVersion} after ${highest}`)
      seen.set(event.streamId, Math.max(highest, event.streamVersion))
    },
  })
  await eventually(() => events.every(({ eventId }) => ids.has(eventId)), CONVERGED_WITHIN_MS)
  await consumer.disconnect()
  const admin = kafka.admin()
  await admin.connect()
  await admin.deleteGroups([groupId])
  await admin.disconnect()
  expect(early).toEqual([])
  expect(ids.size).toBe(events.length)
}
