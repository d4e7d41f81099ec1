import type { Logger } from 'pino'
import { startProjector } from '../../../projector/projector.js'
import { NO_DOCUMENT_CACHE } from '../../../src/read/cache/noDocumentCache.js'
import type { DocumentWrite } from '../../../src/read/documentStore.js'
import { openElasticsearchReadStore } from '../../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { openKafkaAnnouncementFeed } from '../../../src/read/kafka/kafkaAnnouncementFeed.js'
import type { WriteSide } from '../../../src/write/index.js'
import { MemoryCheckpoints } from '../../support/memory/memoryCheckpoints.js'
import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { recordingWrites, timedBus } from '../projector/projection.js'
import { seedLog } from '../projector/seedLog.js'
import { compareRates, inTurns } from '../rounds.js'
import { benchmarkCipher, openBenchmarkWriteSide } from '../service.js'
import { type LogAndTopics, openLogAndTopics, relayAll } from './eventTopics.js'
import { bulkAll, bulkOf } from './rawBulk.js'
import { type ClusterServers, startClusterServers } from './servers.js'

const ORDERS = 8_000
const ROUNDS = 3

export const clusterProjector: Benchmark = {
  name: 'clusterProjector',
  title: `Projector, from Kafka to the acknowledgement of Elasticsearch, ${ORDERS.toLocaleString('en-US')} orders with three events each`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const servers = await startClusterServers(logger)
  open.defer(() => servers.stop())
  const log = await server.createDatabase()
  const writeSide = await openBenchmarkWriteSide(log, logger)
  open.defer(() => writeSide.close())
  const events = await seedLog(writeSide, ORDERS)

  // One filling of the topics for all rounds: each projector reads them in a group of its own.
  const kafka = servers.kafka()
  const topics = await openLogAndTopics(log, kafka, writeSide.installationId, logger)
  open.defer(() => topics.close())
  await relayAll(topics, events, logger)

  let group = 0
  const projectOnce = () => {
    group += 1
    return project({ servers, topics, writeSide, kafka, group: `projector-${group}`, events, logger })
  }
  const { batches } = await projectOnce()
  const bulks = batches.map(bulkOf)
  const rates = await inTurns(
    {
      ours: async () => events / (await projectOnce()).seconds,
      bulk: async () => events / (await bulkAll(servers.elasticsearch(), bulks, writeSide.installationId, logger)),
    },
    ROUNDS,
  )
  return {
    comparisons: [
      compareRates(
        { name: 'projector, events', rates: rates.ours },
        { name: 'raw bulk of the same documents, two requests in flight', rates: rates.bulk },
        { is: 'at least', ratio: 0.75 },
      ),
    ],
    notes: [
      `${batches.flat().length.toLocaleString('en-US')} documents in ${batches.length} batches, the same for both; rates are in events of the log. The projector's time begins with its first slice.`,
    ],
  }
}

/** Projects all topics into indices of their own. */
async function project(parts: {
  readonly servers: ClusterServers
  readonly topics: LogAndTopics
  readonly writeSide: WriteSide
  readonly kafka: ReturnType<ClusterServers['kafka']>
  readonly group: string
  readonly events: number
  readonly logger: Logger
}): Promise<{ readonly seconds: number; readonly batches: readonly (readonly DocumentWrite[])[] }> {
  const { topics, writeSide, kafka, group, events, logger } = parts
  const { installationId, streamReader, customerKeys } = writeSide
  await using open = new AsyncDisposableStack()
  const store = await openElasticsearchReadStore({ ...parts.servers.elasticsearch(), installationId, logger })
  open.defer(() => store.close())
  const feed = await openKafkaAnnouncementFeed({ kafka, installationId, logger })
  open.defer(() => feed.close())
  const batches: (readonly DocumentWrite[])[] = []
  const timed = timedBus(topics.bus, events)
  const projector = startProjector({
    ...store,
    feed,
    cache: NO_DOCUMENT_CACHE,
    bus: timed.bus,
    observer: topics.log.observer,
    scan: topics.log.scan,
    checkpoints: new MemoryCheckpoints(),
    group,
    documents: recordingWrites(store.documents, (writes) => batches.push(writes)),
    streamReader,
    customerKeys,
    cipher: benchmarkCipher(),
    logger,
  })
  open.defer(() => projector.stop())
  return { seconds: await timed.seconds, batches }
}
