import { Client } from 'pg'
import { pino } from 'pino'
import { expect } from 'vitest'
import { EventReader } from '../../projector/eventReader.js'
import { PROJECTION_NAMES } from '../../src/contract/documents.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import { EVENT_COLUMNS, type EventRow, envelopeOf } from '../../src/contract/eventRow.js'
import { PersonalDataCipher } from '../../src/contract/personalData.js'
import type { DocumentStore } from '../../src/read/documentStore.js'
import { openWriteSide } from '../../src/write/index.js'
import { eventually } from './eventually.js'
import { foldEvents } from './projectorHarness.js'

const logger = pino({ level: 'silent' })
const CONVERGED_WITHIN_MS = 60_000

export interface FoldedInstallation {
  readonly databaseUrl: string
  readonly documents: Pick<DocumentStore, 'get'>
  readonly tokenSecrets: readonly string[]
  readonly personalDataKeys: readonly string[]
}

/** Every event, those of a stream in order. */
export async function wholeLog(databaseUrl: string): Promise<readonly EventEnvelope[]> {
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

/** The documents become the log folded anew. Waits for what is still on its way. */
export async function expectDocumentsFolded(
  installation: FoldedInstallation,
  events: readonly EventEnvelope[],
): Promise<void> {
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
