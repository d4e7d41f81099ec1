import { Pool } from 'pg'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { BusUnavailable } from '../../../src/bus/eventBus.js'
import { GroupLock } from '../../../src/bus/postgresLog/groupLock.js'
import { PostgresLogConsumer } from '../../../src/bus/postgresLog/logConsumer.js'
import { LogSignal } from '../../../src/bus/postgresLog/logSignal.js'
import { MemoryCheckpoints } from '../../support/memory/memoryCheckpoints.js'

it('says for how long the log could not be read', async () => {
  const url = 'postgresql://nobody@127.0.0.1:1/nothing'
  const lock = new GroupLock(url, 'group')
  Object.defineProperties(lock, { held: { value: true }, tryAcquire: { value: () => Promise.resolve(true) } })
  let isAway = true
  const consumer = new PostgresLogConsumer({
    group: 'group',
    readPage: () =>
      isAway
        ? Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }))
        : Promise.resolve([{ position: { era: 1, transactionId: '7', position: '1' } }]),
    pool: new Pool({ connectionString: url }),
    lock,
    checkpoints: new MemoryCheckpoints(),
    signal: new LogSignal(),
    logger: pino({ level: 'silent' }),
    onClosed: (closed) => open.delete(closed),
  })
  const open = new Set([consumer])
  const signal = new AbortController().signal
  expect(consumer.outForMs).toBe(0)
  await expect(consumer.next(1, signal)).rejects.toThrow(BusUnavailable)
  const outForMs = consumer.outForMs
  expect(outForMs).toBeGreaterThan(0)
  await expect(consumer.next(1, signal)).rejects.toThrow(BusUnavailable)
  expect(consumer.outForMs).toBeGreaterThan(outForMs)
  isAway = false
  await consumer.next(1, signal)
  expect(consumer.outForMs).toBe(0)
  await consumer.close()
  expect(open.size).toBe(0)
})
