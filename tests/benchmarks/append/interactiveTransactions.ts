import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../../src/generated/prisma/client.js'
import { operationsPerSecond } from '../closedLoop.js'
import { newAppend, storedMetadata } from './sampleAppends.js'

/** An append the way most would write it with Prisma: a transaction that looks at the stream's head and creates the next row. */
export class InteractiveTransactions {
  readonly #prisma: PrismaClient

  constructor(databaseUrl: string, connections: number) {
    this.#prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: connections }) })
  }

  appendsPerSecond(clients: number, seconds: number): Promise<number> {
    return operationsPerSecond(clients, seconds, async () => {
      const { streamId, streamCategory, type, schemaVersion, data, principal, commandId, ...event } = newAppend()
      const metadata = storedMetadata({
        streamId,
        streamCategory,
        type,
        schemaVersion,
        data,
        principal,
        commandId,
        ...event,
      })
      await this.#prisma.$transaction(async (transaction) => {
        const head = await transaction.event.findFirst({
          where: { streamId },
          orderBy: { streamVersion: 'desc' },
          select: { streamVersion: true },
        })
        await transaction.event.create({
          data: {
            era: 1,
            streamId,
            streamCategory,
            streamVersion: (head?.streamVersion ?? 0) + 1,
            type,
            schemaVersion,
            data,
            principal,
            commandId,
            metadata,
          },
        })
      })
    })
  }

  close(): Promise<void> {
    return this.#prisma.$disconnect()
  }
}
