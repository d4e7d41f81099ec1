import { pino } from 'pino'
import { expect, it } from 'vitest'
import { GenerationsBusy } from '../../src/read/generationRegistry.js'
import { openPostgresGenerationRegistry } from '../../src/read/postgres/postgresGenerationRegistry.js'
import { createTestDatabase } from '../support/postgres.js'
import { openSession } from '../support/rawLog.js'

it('who rebuilds sees that the lock was lost with its connection, and takes it again where nobody else has it', async () => {
  await using open = new AsyncDisposableStack()
  const database = await createTestDatabase()
  open.defer(() => database.drop())
  const options = { databaseUrl: database.url, logger: pino({ level: 'warn' }) }
  const registry = await openPostgresGenerationRegistry(options)
  open.defer(() => registry.close())
  const far = await openPostgresGenerationRegistry(options)
  open.defer(() => far.close())
  const session = await openSession(database.url)
  open.defer(() => session.end())

  await registry.alone(async (stillAlone) => {
    await stillAlone()
    const { rowCount } = await session.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'order-gateway rebuild'`,
    )
    expect(rowCount).toBe(1)
    await far.alone(async () => {
      await expect(stillAlone()).rejects.toThrow(GenerationsBusy)
    })
    await stillAlone()
    await expect(far.alone(() => Promise.resolve())).rejects.toThrow(GenerationsBusy)
  })
  expect(await far.alone(() => Promise.resolve('free again'))).toBe('free again')
})
