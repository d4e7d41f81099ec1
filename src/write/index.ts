import type { Logger } from 'pino'
import type { LogIdentity } from '../contract/logIdentity.js'
import type { PersonalDataCipher } from '../contract/personalData.js'
import { type Instruments, NO_INSTRUMENTS } from '../telemetry/instruments.js'
import { createCommandHandlers } from './commandHandlers.js'
import type { CommandHandlers } from './commandRequests.js'
import type { CustomerKeys } from './customerKeys.js'
import { DataKeys } from './dataKeys.js'
import { appendGroup } from './eventStore/appendGroup.js'
import { AppendNotifier } from './eventStore/appendNotifier.js'
import type { EventStore, StreamReader } from './eventStore/eventStore.js'
import { measuredConflicts, measuredGroups } from './eventStore/measuredAppends.js'
import { PostgresEventStore } from './eventStore/postgresEventStore.js'
import { tracedEventStore } from './eventStore/tracedEventStore.js'
import { Fingerprints } from './fingerprint.js'
import { FoldedStreams } from './foldedStreams.js'
import { measuredHandlers } from './measuredHandlers.js'
import { openEventLog } from './openEventLog.js'
import { tracedHandlers } from './tracedHandlers.js'

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
export { beginHistory } from './eventStore/beginHistory.js'
export { LogUnavailable } from './eventStore/eventStore.js'
export { logIsEmpty } from './eventStore/logIsEmpty.js'
export { logIsThere } from './eventStore/logIsThere.js'
export { type LogReader, openLogReader } from './openEventLog.js'

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
  readonly instruments?: Instruments
}

export interface WriteSide extends LogIdentity {
  readonly handlers: CommandHandlers
  readonly eventStore: EventStore
  readonly streamReader: StreamReader
  readonly customerKeys: CustomerKeys
  isEmpty(): Promise<boolean>
  hasCommand(principal: string, commandId: string): Promise<boolean>
  /** By the database's clock. Throws LogUnavailable. */
  serverTime(): Promise<Date>
  isReachable(): Promise<boolean>
  close(): Promise<void>
}

const DEFAULT_POOL_SIZE = 7

/** Brings the log's schema up to date and opens it for commands. Throws MigrationFailed. */
export async function openWriteSide(options: WriteSideOptions): Promise<WriteSide> {
  const { databaseUrl, logger, poolSize = DEFAULT_POOL_SIZE, instruments = NO_INSTRUMENTS } = options
  const { prisma, customerKeys, installationId, historyId, serverTime, isReachable, close } = await openEventLog({
    databaseUrl,
    logger,
    poolSize,
  })
  const notifier = new AppendNotifier(prisma, logger)
  const onAppended = () => {
    options.onAppended()
    notifier.appended()
  }
  const append = measuredGroups(appendGroup, instruments)
  const store = measuredConflicts(new PostgresEventStore(prisma, onAppended, logger, append), instruments)
  const handlers = createCommandHandlers({
    store: tracedEventStore(store),
    folded: new FoldedStreams(),
    dataKeys: new DataKeys(customerKeys, options.cipher),
    cipher: options.cipher,
    fingerprints: new Fingerprints(options.tokenSecrets),
  })
  return {
    handlers: tracedHandlers(measuredHandlers(handlers, instruments)),
    eventStore: store,
    streamReader: store,
    customerKeys,
    installationId,
    historyId,
    isEmpty: async () => (await prisma.event.findFirst({ select: { position: true } })) === null,
    hasCommand: async (principal, commandId) => (await store.findByCommand(principal, commandId)) !== undefined,
    serverTime,
    isReachable,
    close: async () => {
      await notifier.close()
      await close()
    },
  }
}
