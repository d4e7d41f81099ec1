import { PrismaPg } from '@prisma/adapter-pg'
import { expect, inject, test } from 'vitest'
import { PrismaClient } from '../../src/generated/prisma/client.js'
import { mayBeSentAgain } from '../../src/write/eventStore/sqlErrors.js'

test('an answer that does not come in time may be asked for again: only our own clock ends that wait', async () => {
  const prisma = new PrismaClient({
    adapter: new PrismaPg({ connectionString: inject('postgresUrl'), max: 1, query_timeout: 100 }),
  })
  try {
    const failure: unknown = await prisma.$queryRaw`SELECT 1 AS one FROM pg_sleep(1)`.catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(mayBeSentAgain(failure)).toBe(true)
  } finally {
    await prisma.$disconnect()
  }
})
