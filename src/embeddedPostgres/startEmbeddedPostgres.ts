import { access, constants, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { serverAccount } from './account.js'
import { findBinaries } from './binaries.js'
import { type ClusterContext, ensureCluster } from './cluster.js'
import { EmbeddedPostgresUnavailable, hasCode } from './errors.js'
import { layoutOf } from './layout.js'
import { type Ownership, takeOwnership } from './ownership.js'
import { type ReadyServer, readyServer } from './postmaster.js'
import { DATABASE, urlOf } from './serverUrl.js'
import { DEFAULT_SETTINGS, type Settings } from './settings.js'
import { stopServer } from './stopServer.js'

export interface EmbeddedPostgresOptions {
  /** Made where absent, mode 0700. A relative path counts from the working directory. */
  readonly dataDir: string
  readonly logger: Logger
  /** TCP port on 127.0.0.1 for a newly launched server. Default: a free one at each start. */
  readonly port?: number
  /** Laid over DEFAULT_SETTINGS for a newly launched server; an adopted one keeps its own. */
  readonly settings?: Settings
  /** The server or our hold on it is gone, without stop(). Called at most once. Default: an error in the log, nothing else. */
  readonly onLost?: (error: Error) => void
}

export interface EmbeddedPostgres {
  /** Of the database `order_gateway`, password included: never log it. */
  readonly url: string
  /** Of any database of this server, which need not exist yet. */
  databaseUrl(name: string): string
  /** The postmaster's. */
  readonly pid: number
  readonly port: number
  /** Ends open sessions and the server, 8 s at most; returns when it is gone. Further calls return the same promise. */
  stop(): Promise<void>
}

/**
 * Starts a durable PostgreSQL on a data directory, or takes over the one that a killed process left running, and holds it for this process alone.
 *
 *   no cluster ─initdb─► cluster ─launch─► starting ─► ready ─lock─► owned ─stop─► gone
 *                           └──── postmaster.pid is live: adopt ──────┘
 *
 * The server is not our child in any sense that matters: it survives kill -9 of this process. What proves ownership is a lock held by
 * a connection, never a file, so no crash leaves anything to clean up by hand.
 * Throws DataDirInUse, or EmbeddedPostgresUnavailable; both say in one line what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { logger } = options
  const layout = layoutOf(options.dataDir)
  await makeDataDir(layout.dataDir)
  const account = await serverAccount(layout, logger)
  const context: ClusterContext = { layout, account, binaries: await findBinaries(account, logger), logger }
  const password = await ensureCluster(context)
  const { server, ownership } = await ownServer(context, password, options)
  const databaseUrl = (name: string): string => urlOf(server.port, password, name)
  try {
    await ensureDatabase(ownership)
  } catch (error) {
    ownership.expectEnd()
    await stopServer(server.pid, layout.cluster)
    await ownership.release()
    throw error
  }
  logger.info(
    { serverPid: server.pid, port: server.port },
    server.origin === 'adopted' ? 'took over the running PostgreSQL' : 'PostgreSQL is ready',
  )

  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    // The lock is kept until the server is gone, so that nobody adopts a server that is about to end.
    ownership.expectEnd()
    await stopServer(server.pid, layout.cluster)
    await ownership.release()
    logger.info({ serverPid: server.pid }, 'PostgreSQL has stopped')
  }
  return {
    url: databaseUrl(DATABASE),
    databaseUrl,
    pid: server.pid,
    port: server.port,
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolders(dataDir)
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new EmbeddedPostgresUnavailable(
      `${dataDir} cannot be made or written: set DATA_DIR to a folder that this user may write.`,
      { cause: error },
    )
  }
}

/** With those above it. Not by mkdir's own `recursive`: below a folder such as /proc, which takes none, that tries for ever. */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (hasCode(error, 'EEXIST') && (await stat(path)).isDirectory()) return
    if (!hasCode(error, 'ENOENT') || dirname(path) === path) throw error
    await makeFolders(dirname(path))
    await mkdir(path, { mode: 0o700 })
  }
}

/** cannot_connect_now, admin_shutdown, and the same seen from the socket: the server was on its way down when we came. */
const GOING_DOWN = ['57P03', '57P01', 'ECONNREFUSED', 'ECONNRESET']
const MAX_ATTEMPTS = 5
const RETRY_INTERVAL_MS = 100

async function ownServer(
  context: ClusterContext,
  password: string,
  options: EmbeddedPostgresOptions,
): Promise<{ readonly server: ReadyServer; readonly ownership: Ownership }> {
  const { layout, logger } = context
  const onLost = options.onLost ?? ((error: Error) => logger.error({ err: error }, 'lost PostgreSQL'))
  for (let attempt = 1; ; attempt += 1) {
    const server = await readyServer(context, options.port, { ...DEFAULT_SETTINGS, ...options.settings })
    try {
      return {
        server,
        ownership: await takeOwnership(urlOf(server.port, password, 'postgres'), layout.dataDir, onLost),
      }
    } catch (error) {
      if (hasCode(error, ...GOING_DOWN) && attempt < MAX_ATTEMPTS) {
        await delay(RETRY_INTERVAL_MS)
        continue
      }
      if (hasCode(error, 'DATA_DIR_IN_USE')) throw error
      if (server.origin === 'launched') await stopServer(server.pid, layout.cluster)
      if (hasCode(error, '28P01')) {
        throw new EmbeddedPostgresUnavailable(
          `${layout.passwordFile} is not the password of ${layout.cluster}: restore it.`,
          { cause: error },
        )
      }
      throw error
    }
  }
}

async function ensureDatabase(ownership: Ownership): Promise<void> {
  const found = await ownership.query(`SELECT 1 FROM pg_database WHERE datname = '${DATABASE}'`)
  if (found.length === 0) await ownership.query(`CREATE DATABASE ${DATABASE}`)
}
