import { LogSignal } from '../../../src/bus/postgresLog/logSignal.js'
import { PostgresLogBus } from '../../../src/bus/postgresLog/postgresLogBus.js'
import type { DocumentWrite } from '../../../src/read/documentStore.js'
import { openElasticsearchReadStore } from '../../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { openPostgresReadStore } from '../../../src/read/postgres/openPostgresReadStore.js'
import type { ReadStore } from '../../../src/read/readStore.js'
import { MemoryCheckpoints } from '../../support/memory/memoryCheckpoints.js'
import type { Bench, Benchmark, BenchmarkResult, Comparison } from '../benchmark.js'
import { bulkAll, bulkOf } from '../cluster/rawBulk.js'
import { startClusterServers } from '../cluster/servers.js'
import { inLanes } from '../inLanes.js'
import { compareSeconds, inTurns } from '../rounds.js'
import { openBenchmarkWriteSide } from '../service.js'
import { type FilledLog, fillGeneration, readLog } from './fills.js'
import { HeapInUse } from './heapInUse.js'
import { seedHistory } from './seedHistory.js'

const ORDERS = 49_500
const ROUNDS = 2
const GOAL = { is: 'at most', ratio: 1.1 } as const

export const rebuild: Benchmark = {
  name: 'rebuild',
  title: `Rebuild of a log of ${ORDERS.toLocaleString('en-US')} orders with four events each`,
  run,
}

type Documents = readonly (readonly DocumentWrite[])[]

async function run({ server, logger, say }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const databaseUrl = await server.createDatabase()
  const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
  open.defer(() => writeSide.close())
  const events = await seedHistory(writeSide, ORDERS)
  say(`  ${events.toLocaleString('en-US')} events are in the log`)
  const checkpoints = new MemoryCheckpoints()
  const bus = await PostgresLogBus.open({ databaseUrl, checkpoints, signal: new LogSignal(), logger })
  open.defer(() => bus.close())
  const log: FilledLog = { scan: bus.scan, writeSide }

  const postgres = await openPostgresReadStore({ databaseUrl, logger })
  open.defer(() => postgres.close())
  const heap = await heapWhileFilling(log, postgres, events)
  const onPostgres = await compare(log, 'PostgreSQL', postgres, (documents) => storeAll(postgres, documents))

  const servers = await startClusterServers(logger)
  open.defer(() => servers.stop())
  const { installationId } = writeSide
  const elasticsearch = await openElasticsearchReadStore({ ...servers.elasticsearch(), installationId, logger })
  open.defer(() => elasticsearch.close())
  const onElasticsearch = await compare(log, 'Elasticsearch', elasticsearch, (documents) =>
    bulkAll(servers.elasticsearch(), documents.map(bulkOf), installationId, logger),
  )
  return {
    comparisons: [onPostgres, onElasticsearch, heap],
    notes: [
      `${events.toLocaleString('en-US')} events. A rebuild's time is that of the fill, from no index to one that readers could see; comparing with the log comes on top, and takes the log and the documents once more.`,
      'Raw writes: on PostgreSQL the store with the same documents, what lists and search need included; on Elasticsearch bulks without compare-and-set. Two writes are under way on either, as in the fill.',
    ],
  }
}

let generation = 1

/** bulk: seconds to write the same documents and nothing else. */
async function compare(
  log: FilledLog,
  name: string,
  store: ReadStore,
  bulk: (documents: Documents) => Promise<number>,
): Promise<Comparison> {
  const documents: (readonly DocumentWrite[])[] = []
  const fillOnce = (onWrites?: (writes: readonly DocumentWrite[]) => void) => {
    generation += 1
    return fillGeneration(log, store, generation, onWrites ? { onWrites } : {})
  }
  await fillOnce((writes) => documents.push(writes))
  const seconds = await inTurns(
    { ours: () => fillOnce(), reference: async () => (await readLog(log)) + (await bulk(documents)) },
    ROUNDS,
  )
  return compareSeconds(
    { name: `rebuild on ${name}`, seconds: seconds.ours },
    { name: 'reading the log once, then raw writes of the documents', seconds: seconds.reference },
    GOAL,
  )
}

async function storeAll({ generations }: ReadStore, documents: Documents): Promise<number> {
  generation += 1
  const store = await generations.create(generation)
  const startedAt = performance.now()
  await inLanes(documents, (writes) => store.documents.write(writes))
  const seconds = (performance.now() - startedAt) / 1_000
  await generations.drop(generation)
  return seconds
}

/** Looked at after a quarter of the log and at its end. */
async function heapWhileFilling(log: FilledLog, store: ReadStore, events: number): Promise<Comparison> {
  const heap = new HeapInUse([events / 4, events])
  generation += 1
  await fillGeneration(log, store, generation, { onEvents: (done) => heap.reached(done) })
  const [early, late] = heap.found
  if (early === undefined || late === undefined) throw new Error('Expected the fill to tell how far it is.')
  return {
    ours: { name: 'heap in use at the end of the fill', value: `${(late / 2 ** 20).toFixed(1)} MiB` },
    reference: { name: 'after a quarter of the log', value: `${(early / 2 ** 20).toFixed(1)} MiB` },
    ratio: late / early,
    goal: GOAL,
  }
}
