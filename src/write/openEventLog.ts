import { PrismaPg } from '@prisma/adapter-pg'
import type { Logger } from 'pino'
import type { LogIdentity } from '../contract/logIdentity.js'
import { PrismaClient } from '../generated/prisma/client.js'
import type { CustomerKeys } from './customerKeys.js'
import type { StreamReader } from './eventStore/eventStore.js'
import { migrateEventLog } from './eventStore/migrate.js'
import { PostgresCustomerKeys } from './eventStore/postgresCustomerKeys.js'
import { PostgresEventStore } from './eventStore/postgresEventStore.js'
import { orLogUnavailable } from './eventStore/sqlErrors.js'

export interface EventLogOptions {
  readonly databaseUrl: string
  readonly logger: Logger
  readonly poolSize: number
}

export interface EventLog extends LogIdentity {
  readonly prisma: PrismaClient
  readonly customerKeys: CustomerKeys
  /** By the database's clock. Throws LogUnavailable. */
  serverTime(): Promise<Date>
  isReachable(): Promise<boolean>
  close(): Promise<void>
}

/** A group that waits longer for a lock is dissolved and sent again one by one. */
const LOCK_TIMEOUT_MS = 2_000
const STATEMENT_TIMEOUT_MS = 10_000
/** When the network swallows answers, only this side's clock ends the wait. */
const ANSWER_TIMEOUT_MS = 15_000
const CONNECT_TIMEOUT_MS = 5_000

/** Brings the log's schema up to date and opens it. Throws MigrationFailed. */
export async function openEventLog({ databaseUrl, logger, poolSize }: EventLogOptions): Promise<EventLog> {
  const identity = await migrateEventLog(databaseUrl, logger)
  const statements = new Map<string, string>()
  let closing = false
  const prisma = new PrismaClient({
    // The other formats take a stack at every query, to show in an error the line of code that asked: a fifth of what the client costs.
    errorFormat: 'minimal',
    adapter: new PrismaPg(
      {
        connectionString: databaseUrl,
        max: poolSize,
        application_name: 'order-gateway write side',
        lock_timeout: LOCK_TIMEOUT_MS,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        query_timeout: ANSWER_TIMEOUT_MS,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        keepAlive: true,
      },
      {
        // A named statement is planned once for each connection, not at each use.
        statementNameGenerator: ({ sql }) => nameOf(statements, sql),
        // The message alone: pg hangs the whole connection on the error.
        onPoolError: ({ message }) => {
          if (!closing) logger.warn({ reason: message }, 'An idle connection to the event log broke')
        },
      },
    ),
  })
  return {
    prisma,
    customerKeys: new PostgresCustomerKeys(prisma),
    ...identity,
    serverTime: async () => {
      const [row] = await orLogUnavailable(() => prisma.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`)
      if (!row) throw new Error('Expected one row with the time, found none.')
      return row.now
    },
    isReachable: () =>
      prisma.$queryRaw`SELECT 1`.then(
        () => true,
        () => false,
      ),
    close: () => {
      closing = true
      return prisma.$disconnect()
    },
  }
}

/** What a projector needs of the log: the streams behind a gap, and the keys of customers. Nothing of it writes. */
export interface LogReader extends LogIdentity {
  readonly streamReader: StreamReader
  readonly customerKeys: CustomerKeys
  /** By the database's clock. Throws LogUnavailable. */
  serverTime(): Promise<Date>
  isReachable(): Promise<boolean>
  close(): Promise<void>
}

const READER_POOL_SIZE = 3

/** For a process without command handlers. Throws MigrationFailed. */
export async function openLogReader(options: {
  readonly databaseUrl: string
  readonly logger: Logger
}): Promise<LogReader> {
  const { prisma, ...log } = await openEventLog({ ...options, poolSize: READER_POOL_SIZE })
  return { ...log, streamReader: new PostgresEventStore(prisma, () => undefined, options.logger) }
}

/** All statements are fixed texts, few of them: lists travel as arrays. */
function nameOf(statements: Map<string, string>, sql: string): string {
  const name = statements.get(sql) ?? `s${statements.size}`
  statements.set(sql, name)
  return name
}
