import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { startProjector } from '../projector/projector.js'
import { LogSignal } from './bus/postgresLog/logSignal.js'
import { openPostgresCheckpoints } from './bus/postgresLog/openPostgresCheckpoints.js'
import { PostgresLogBus } from './bus/postgresLog/postgresLogBus.js'
import type { Config } from './config.js'
import { ConsistencyTokens } from './contract/consistencyToken.js'
import { PersonalDataCipher } from './contract/personalData.js'
import { SignedText } from './contract/signedText.js'
import { startEmbeddedPostgres } from './embeddedPostgres/index.js'
import { startGateway } from './gateway/server.js'
import { keptSecrets } from './keptSecrets.js'
import { openPostgresAnnouncementFeed } from './read/postgres/openPostgresAnnouncementFeed.js'
import { openPostgresReadStore } from './read/postgres/openPostgresReadStore.js'
import { startLiveReads } from './read/startLiveReads.js'
import { importSampleData } from './sampleData/importSampleData.js'
import { logIsEmpty, openWriteSide } from './write/index.js'

export interface Service {
  /** http://host:port/graphql */
  readonly url: string
  /** Resolves when the service is to stop: undefined where the caller's signal asked for it, else what broke. */
  readonly ended: Promise<Error | undefined>
  /** Ends every part in reverse order of its start, all of them, and rejects with what went wrong meanwhile. */
  stop(): Promise<void>
}

/** Requests under way get this long to finish; what is cut off then was not acknowledged. */
const DRAIN_MS = 4_000

/**
 * The composition root: builds every part, connects them, and starts them in the order in which they need each other.
 *
 * A start that fails stops again what it had started; one that `stopRequested` calls off does so between two parts.
 */
export async function startService(config: Config, logger: Logger, stopRequested: AbortSignal): Promise<Service> {
  await using starting = new AsyncDisposableStack()
  const ended = Promise.withResolvers<Error | undefined>()
  stopRequested.addEventListener('abort', () => ended.resolve(undefined), { once: true })

  const { databaseUrl, tokenSecrets, personalDataKeys } = await openStorage(config, logger, starting, ended.resolve)
  const cipher = new PersonalDataCipher(personalDataKeys)

  stopRequested.throwIfAborted()
  const signal = new LogSignal()
  const writeSide = await openWriteSide({
    databaseUrl,
    cipher,
    tokenSecrets,
    logger: logger.child({ part: 'write' }),
    onAppended: () => signal.notify(),
  })
  starting.defer(() => writeSide.close())

  const readStore = await openPostgresReadStore({ databaseUrl, logger: logger.child({ part: 'read store' }) })
  starting.defer(() => readStore.close())

  const feed = await openPostgresAnnouncementFeed({ databaseUrl, logger: logger.child({ part: 'announcements' }) })
  starting.defer(() => feed.close())

  const checkpoints = await openPostgresCheckpoints({ databaseUrl, logger: logger.child({ part: 'bus' }) })
  starting.defer(() => checkpoints.close())

  const bus = await PostgresLogBus.open({
    databaseUrl,
    checkpoints,
    signal,
    logger: logger.child({ part: 'bus' }),
  })
  starting.defer(() => bus.close())

  const projector = startProjector({
    bus,
    observer: bus.observer,
    group: 'projector',
    checkpoints,
    documents: readStore.documents,
    feed,
    parked: readStore.parked,
    status: readStore.status,
    streamReader: writeSide.streamReader,
    customerKeys: writeSide.customerKeys,
    cipher,
    logger: logger.child({ part: 'projector' }),
  })
  starting.defer(() => projector.stop())

  stopRequested.throwIfAborted()
  const liveReads = await startLiveReads({
    documents: readStore.documents,
    feed,
    parked: readStore.parked,
    logger: logger.child({ part: 'live reads' }),
  })
  starting.defer(() => liveReads.stop())

  const gateway = await startGateway({
    handlers: writeSide.handlers,
    readSide: { ...liveReads, documents: readStore.documents, queries: readStore.queries, status: readStore.status },
    tokens: new ConsistencyTokens(tokenSecrets, writeSide.installationId),
    cursors: new SignedText(tokenSecrets, 'cursor'),
    host: config.host,
    port: config.port,
    limits: config.limits,
    logger: logger.child({ part: 'gateway' }),
    readiness: async () => [
      { part: 'event log', ok: await writeSide.isReachable() },
      { part: 'read store', ok: await readStore.isReachable() },
    ],
  })
  starting.defer(() => gateway.stop(DRAIN_MS))

  if (config.sampleData === 'superstore') {
    const stopImport = new AbortController()
    const imported = importSampleData({
      handlers: writeSide.handlers,
      ledger: writeSide,
      logger,
      signal: stopImport.signal,
      newTraceparent,
    }).catch((error: unknown) =>
      logger.error({ err: error }, 'sample data: the import stopped; the next start goes on with it'),
    )
    starting.defer(async () => {
      stopImport.abort()
      await imported
    })
  }

  logger.info(`ready: ${gateway.url}`)
  const running = starting.move()
  return { url: gateway.url, ended: ended.promise, stop: () => running.disposeAsync() }
}

async function openStorage(
  config: Config,
  logger: Logger,
  starting: AsyncDisposableStack,
  onLost: (error: Error) => void,
): Promise<{ databaseUrl: string; tokenSecrets: readonly string[]; personalDataKeys: readonly string[] }> {
  if (config.database.kind === 'external') {
    const { tokenSecrets, personalDataKeys } = config
    if (!tokenSecrets || !personalDataKeys)
      throw new Error('Expected the environment to be checked before: an external database needs secrets.')
    return { databaseUrl: config.database.url, tokenSecrets, personalDataKeys }
  }
  const dataDir = resolve(config.dataDir)
  const postgres = await startEmbeddedPostgres({ dataDir, logger: logger.child({ part: 'postgres' }), onLost })
  starting.defer(() => postgres.stop())
  const { tokenSecrets, personalDataKeys } = config
  if (tokenSecrets && personalDataKeys) return { databaseUrl: postgres.url, tokenSecrets, personalDataKeys }
  // After the database is ours: two starts at once would each make secrets.
  const kept = await keptSecrets(dataDir, () => logIsEmpty(postgres.url))
  return {
    databaseUrl: postgres.url,
    tokenSecrets: tokenSecrets ?? kept.tokenSecrets,
    personalDataKeys: personalDataKeys ?? kept.personalDataKeys,
  }
}

/** W3C Trace Context, version 00, sampled. */
function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
}
