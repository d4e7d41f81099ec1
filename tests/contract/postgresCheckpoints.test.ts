import { pino } from 'pino'
import { expect, it } from 'vitest'
import { openPostgresCheckpoints } from '../../src/bus/postgresLog/openPostgresCheckpoints.js'
import { createTestDatabase } from '../support/postgres.js'
import { openSession } from '../support/rawLog.js'
import { describeCheckpointStore } from './checkpointStore.conformance.js'

const logger = pino({ level: 'silent' })

describeCheckpointStore('PostgreSQL', async () => {
  const database = await createTestDatabase()
  const checkpoints = await openPostgresCheckpoints({ databaseUrl: database.url, logger })
  return {
    checkpoints,
    async close() {
      await checkpoints.close()
      await database.drop()
    },
  }
})

it('takes over the checkpoints that an early database keeps in the schema of the read store', async () => {
  const database = await createTestDatabase()
  const session = await openSession(database.url)
  await session.query(`
    CREATE SCHEMA read;
    CREATE TABLE read.checkpoints (
      consumer_group text COLLATE "C" PRIMARY KEY, era integer NOT NULL, transaction_id xid8 NOT NULL, position bigint NOT NULL
    );
    INSERT INTO read.checkpoints VALUES ('projector', 1, '7', 3)`)
  // Two processes that start at once.
  const opened = await Promise.all([1, 2].map(() => openPostgresCheckpoints({ databaseUrl: database.url, logger })))
  for (const checkpoints of opened) {
    expect(await checkpoints.load('projector')).toEqual({ era: 1, transactionId: '7', position: '3' })
  }
  await Promise.all([...opened.map((checkpoints) => checkpoints.close()), session.end()])
  await database.drop()
})
