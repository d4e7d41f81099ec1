import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { pino } from 'pino'
import { expect } from 'vitest'
import { EventReader } from '../../../projector/eventReader.js'
import { createKafka, type KafkaSettings } from '../../../src/bus/kafka/kafkaClient.js'
import { PROJECTION_NAMES } from '../../../src/contract/documents.js'
import type { EventEnvelope } from '../../../src/contract/eventEnvelope.js'
import { EVENT_COLUMNS, type EventRow, envelopeOf } from '../../../src/contract/eventRow.js'
import { PersonalDataCipher } from '../../../src/contract/personalData.js'
import { eventTopics } from '../../../src/contract/topics.js'
import type { DocumentStore } from '../../../src/read/documentStore.js'
import { openWriteSide } from '../../../src/write/index.js'
import { eventually } from '../../support/eventually.js'
import { foldEvents } from '../../support/projectorHarness.js'
import type { LoadResult } from './load.js'

const logger = pino({ level: 'silent' })
const CONVERGED_WITHIN_MS = 60_000

export interface Installation {
  readonly databaseUrl: string
  readonly kafka: KafkaSettings
  readonly documents: Pick<DocumentStore, 'get'>
  readonly tokenSecrets: readonly string[]
  readonly personalDataKeys: readonly string[]
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

async function wholeLog(databaseUrl: string): Promise<readonly EventEnvelope[]> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events e ORDER BY e.stream_id, e.stream_version`,
    )
    return rows.map(envelopeOf)
  } finally {
    await client.end()
  }
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

/** The documents are the log folded anew. */
async function expectDocumentsFolded(installation: Installation, events: readonly EventEnvelope[]): Promise<void> {
  const cipher = new PersonalDataCipher(installation.personalDataKeys)
  const writeSide = await openWriteSide({ ...installation, cipher, logger, onAppended: () => undefined })
  const decode = await new EventReader(writeSide.customerKeys, cipher).prepare(events)
  await writeSide.close()
  const folded = foldEvents(events, decode)
  for (const name of PROJECTION_NAMES) {
    const expected = Object.fromEntries(folded[name])
    let stored: unknown
    const isEqual = async () => {
      const found = await installation.documents.get(name, Object.keys(expected))
      stored = Object.fromEntries([...found].map(([id, { document }]) => [id, document]))
      return isSame(stored, expected)
    }
    await eventually(isEqual, CONVERGED_WITHIN_MS).catch(() => undefined)
    expect(stored, name).toEqual(expected)
  }
}

function isSame(found: unknown, expected: unknown): boolean {
  try {
    expect(found).toEqual(expected)
    return true
  } catch {
    // Not yet: the last look is compared by an expectation that tells the difference.
    return false
  }
}
