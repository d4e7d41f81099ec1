import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectClient } from '../../support/client.js'
import type { Bench, Benchmark, BenchmarkResult, Comparison } from '../benchmark.js'
import { startClusterServers } from '../cluster/servers.js'
import { pacedCompletions } from '../delay/pacedCompletions.js'
import { forkService } from '../process/forkedService.js'
import { untilProjected } from '../projectorLag.js'
import { milliseconds, quantile } from '../rounds.js'
import { BENCHMARK_SECRETS, openBenchmarkWriteSide } from '../service.js'
import { seedHistory } from './seedHistory.js'

const ORDERS = 25_000
const PER_SECOND = 20
const WARM_UP = 100
/** Before the rebuild, and as many after it: what it leaves behind is to be waited for as well. */
const WITHOUT = 300
/** Fewer would make a 99th percentile of two commands. */
const MIN_DURING = 100

const ADMIN = fileURLToPath(new URL('../../../src/admin/main.js', import.meta.url))

export const rebuildLive: Benchmark = {
  name: 'rebuildLive',
  title: `From a command to its projectionCompleted at ${PER_SECOND} commands a second, while the read models are rebuilt from ${ORDERS.toLocaleString('en-US')} orders`,
  run,
}

async function run(bench: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const onPostgres = await compare(bench, 'PostgreSQL', {})
  const servers = await startClusterServers(bench.logger)
  open.defer(() => servers.stop())
  const onCluster = await compare(bench, 'Kafka, Elasticsearch and Redis', servers.environment())
  return {
    comparisons: [...onPostgres.comparisons, ...onCluster.comparisons],
    notes: [
      `The rebuild is \`npm run admin -- rebuild all\`, a process of its own beside that of the service; it compares every document before it switches. It took ${onPostgres.seconds} on PostgreSQL and ${onCluster.seconds} on the others, starting included.`,
    ],
  }
}

async function compare(
  { server, logger, say }: Bench,
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly comparisons: readonly Comparison[]; readonly seconds: string }> {
  await using open = new AsyncDisposableStack()
  const databaseUrl = await server.createDatabase()
  const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
  const events = await seedHistory(writeSide, ORDERS)
  await writeSide.close()
  const service = await forkService(databaseUrl, environment)
  open.defer(() => service.stop())
  await untilProjected(service.url)
  say(`  ${name}: ${events.toLocaleString('en-US')} events are in the log and projected`)
  const client = connectClient(service.url)
  open.defer(() => client.close())
  const delays = (goOn: (begun: number) => boolean) =>
    pacedCompletions([client], service.url, { perSecond: PER_SECOND, goOn })

  await delays((begun) => begun < WARM_UP)
  const before = await delays((begun) => begun < WITHOUT)
  const beganAt = performance.now()
  let tookMs: number | undefined
  const rebuilding = rebuildAll({ DATABASE_URL: databaseUrl, ...environment }).finally(() => {
    tookMs = performance.now() - beganAt
  })
  const [during] = await Promise.all([delays((begun) => tookMs === undefined || begun < MIN_DURING), rebuilding])
  const after = await delays((begun) => begun < WITHOUT)
  const without = [...before, ...after]
  const compareAt = (label: string, share: number, goal: Comparison['goal']): Comparison => ({
    ours: { name: `${name}, during a rebuild, ${label}`, value: milliseconds(quantile(during, share)) },
    reference: { name: `without, ${label}`, value: milliseconds(quantile(without, share)) },
    ratio: quantile(during, share) / quantile(without, share),
    ...(goal && { goal }),
  })
  return {
    comparisons: [compareAt('p50', 0.5, undefined), compareAt('p99', 0.99, { is: 'at most', ratio: 2 })],
    seconds: `${((tookMs ?? Number.NaN) / 1_000).toFixed(1)} s (${during.length} commands)`,
  }
}

/** Rejects, with what it said, when it does not switch. */
async function rebuildAll(environment: Readonly<Record<string, string>>): Promise<void> {
  const { PATH = '', HOME = '' } = process.env
  await promisify(execFile)(process.execPath, [ADMIN, 'rebuild', 'all'], {
    env: { PATH, HOME, ...BENCHMARK_SECRETS, ...environment },
  })
}
