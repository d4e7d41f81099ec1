import { randomBytes } from 'node:crypto'
import { ConsistencyTokens } from '../contract/consistencyToken.js'
import { SignedText } from '../contract/signedText.js'
import { startGateway } from '../gateway/server.js'
import { type Readiness, reachable, together } from '../health/probes.js'
import { CachedDocuments } from '../read/cache/cachedDocuments.js'
import { measuredCache } from '../read/cache/measuredCache.js'
import { QuarantineDesk } from '../read/quarantineDesk.js'
import { startLiveReads } from '../read/startLiveReads.js'
import { TimeToVisible } from '../read/timeToVisible.js'
import { tracedWaiter } from '../read/tracedWaiter.js'
import { importSampleData } from '../sampleData/importSampleData.js'
import type { ServerClock } from '../telemetry/serverClock.js'
import type { WriteSide } from '../write/index.js'
import type { Assembly } from './assembly.js'
import { feedOf, type ReadModels } from './openReadModels.js'
import { whenReachable } from './patience.js'

/** Requests under way get this long to finish; what is cut off then was not acknowledged. */
const DRAIN_MS = 4_000

/** Serves the API, and imports the sample data beside it where that is asked for. Returns the API's address, and how it is. */
export async function startGatewayPart(
  assembly: Assembly,
  {
    writeSide,
    readModels,
    tokenSecrets,
    clock,
  }: {
    readonly writeSide: WriteSide
    readonly readModels: ReadModels
    readonly tokenSecrets: readonly string[]
    readonly clock: ServerClock
  },
): Promise<{ readonly url: string; readonly readiness: Readiness }> {
  const { config, logger, instruments, starting } = assembly
  const { queries, status, feed, parked } = readModels
  const visible = new TimeToVisible(clock, instruments)
  const cached = new CachedDocuments(readModels.documents, measuredCache(readModels.cache, instruments))
  const openLiveReads = () =>
    startLiveReads({
      documents: {
        get: (...query) => cached.get(...query),
        makeSearchable: () => readModels.documents.makeSearchable(),
        shownEverywhere: () => cached.shownEverywhere(),
      },
      feed: visible.followed(feed),
      parked,
      logger: logger.child({ part: 'live reads' }),
    })
  const liveReads = await whenReachable({ ...feedOf(config), open: openLiveReads }, assembly)
  starting.defer(() => liveReads.stop())

  const readiness = together(reachable('event log', writeSide), readModels.readiness)
  const gateway = await startGateway({
    handlers: writeSide.handlers,
    readSide: {
      ...liveReads,
      waiter: tracedWaiter(visible.waiting(liveReads.waiter)),
      documents: cached,
      queries,
      status,
      quarantine: new QuarantineDesk(parked),
    },
    tokens: new ConsistencyTokens(tokenSecrets, writeSide.installationId),
    cursors: new SignedText(tokenSecrets, `cursor/${writeSide.installationId}`),
    host: config.host,
    port: config.port,
    limits: config.limits,
    logger: logger.child({ part: 'gateway' }),
    readiness,
    instruments,
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
  return { url: gateway.url, readiness }
}

/** W3C Trace Context, version 00, sampled. */
function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
}
