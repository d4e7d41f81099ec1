import { PrismaPg } from '@prisma/adapter-pg'
import type { Logger } from 'pino'
import type { PersonalDataCipher } from '../contract/personalData.js'
import { PrismaClient } from '../generated/prisma/client.js'
import { createCommandHandlers } from './commandHandlers.js'
import type { CommandHandlers } from './commandRequests.js'
import type { CustomerKeys } from './customerKeys.js'
import { DataKeys } from './dataKeys.js'
import { AppendNotifier } from './eventStore/appendNotifier.js'
import type { EventStore, StreamReader } from './eventStore/eventStore.js'
import { migrateEventLog } from './eventStore/migrate.js'
import { PostgresCustomerKeys } from './eventStore/postgresCustomerKeys.js'
import { PostgresEventStore } from './eventStore/postgresEventStore.js'
import { Fingerprints } from './fingerprint.js'
import { FoldedStreams } from './foldedStreams.js'

/** Public entry of the write side. */
export type {
  AcceptedCommand,
  CommandContext,
  CommandHandlers,
  CommandOutcome,
  CustomerRequest,
  OrderRequest,
  ProductRequest,
  RefusedCommand,
  RequestedAddress,
  RequestedMoney,
} from './commandRequests.js'
export { LogUnavailable } from './eventStore/eventStore.js'
export { logIsEmpty } from './eventStore/logIsEmpty.js'

export interface WriteSideOptions {
  readonly databaseUrl: string
  readonly cipher: PersonalDataCipher
  /** The first one signs fingerprints of requests, all verify. */
  readonly tokenSecrets: readonly string[]
  readonly logger: Logger
  /** Called after each commit that added events: a hint for readers in this process. Those in others are woken by NOTIFY. */
  readonly onAppended: () => void
  /** Connections to the database. Default 7: groups in flight, loads, look-ups, one to wake other processes. */
  readonly poolSize?: number
}

export interface WriteSide {
  readonly handlers: CommandHandlers
  readonly eventStore: EventStore
  readonly streamReader: StreamReader
  readonly customerKeys: CustomerKeys
  /** Made by the first migration; stands in tokens. */
  readonly installationId: string
  isEmpty(): Promise<boolean>
  hasCommand(principal: string, commandId: string): Promise<boolean>
  isReachable(): Promise<boolean>
  close(): Promise<void>
}

const DEFAULT_POOL_SIZE = 7
/** A group that waits longer for a lock is dissolved and sent again one by one. */
const LOCK_TIMEOUT_MS = 2_000
const STATEMENT_TIMEOUT_MS = 10_000
/** When the network swallows answers, only this side's clock ends the wait. */
const ANSWER_TIMEOUT_MS = 15_000
const CONNECT_TIMEOUT_MS = 5_000

/** Brings the log's schema up to date and opens it. Throws MigrationFailed. */
export async function openWriteSide(options: WriteSideOptions): Promise<WriteSide> {
  const installationId = await migrateEventLog(options.databaseUrl, options.logger)
  const statements = new Map<string, string>()
  const prisma = new PrismaClient({
    adapter: new PrismaPg(
      {
        connectionString: options.databaseUrl,
        max: options.poolSize ?? DEFAULT_POOL_SIZE,
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
        onPoolError: (error) => options.logger.warn({ err: error }, 'An idle connection to the event log broke'),
      },
    ),
  })
  const customerKeys = new PostgresCustomerKeys(prisma)
  const notifier = new AppendNotifier(prisma, options.logger)
  const onAppended = () => {
    options.onAppended()
    notifier.appended()
  }
  const store = new PostgresEventStore(prisma, onAppended, options.logger)
  return {
    handlers: createCommandHandlers({
      store,
      folded: new FoldedStreams(),
      dataKeys: new DataKeys(customerKeys, options.cipher),
      cipher: options.cipher,
      fingerprints: new Fingerprints(options.tokenSecrets),
    }),
    eventStore: store,
    streamReader: store,
    customerKeys,
    installationId,
    isEmpty: async () => (await prisma.event.findFirst({ select: { position: true } })) === null,
    hasCommand: async (principal, commandId) => (await store.findByCommand(principal, commandId)) !== undefined,
    isReachable: () =>
      prisma.$queryRaw`SELECT 1`.then(
        () => true,
        () => false,
      ),
    close: async () => {
      await notifier.close()
      await prisma.$disconnect()
    },
  }
}

/** All statements are fixed texts, few of them: lists travel as arrays. */
function nameOf(statements: Map<string, string>, sql: string): string {
  const name = statements.get(sql) ?? `s${statements.size}`
  statements.set(sql, name)
  return name
}
