import { setTimeout as delay } from 'node:timers/promises'
import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { postGraphql } from '../http/postGraphql.js'
import { startWholeService } from '../service.js'
import { startClusterServers } from './servers.js'

const ORDERS = 4_749
const POLL_MS = 100
const PATIENCE_MS = 180_000
const COUNT = JSON.stringify({ query: '{ orderStatistics { byStatus { key orders } } }' })

export const sampleImport: Benchmark = {
  name: 'sampleImport',
  title: 'Import of the sample data, until every order is in the statistics as delivered',
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const servers = await startClusterServers(logger)
  open.defer(() => servers.stop())
  const seconds = async (env: Readonly<Record<string, string>>): Promise<number> => {
    const startedAt = performance.now()
    const service = await startWholeService(await server.createDatabase(), logger, {
      ...env,
      SAMPLE_DATA: 'superstore',
    })
    try {
      await untilDelivered(service.url)
      return (performance.now() - startedAt) / 1_000
    } finally {
      await service.stop()
    }
  }
  const embedded = await seconds({})
  const cluster = await seconds(servers.environment())
  return {
    comparisons: [
      {
        ours: { name: 'through Kafka and Elasticsearch', value: `${cluster.toFixed(1)} s` },
        reference: { name: 'on PostgreSQL alone', value: `${embedded.toFixed(1)} s` },
        ratio: cluster / embedded,
      },
    ],
    notes: ['One run each, everything in one process.'],
  }
}

async function untilDelivered(url: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const { orderStatistics } = await postGraphql<{
      orderStatistics: { byStatus: { key: string; orders: number }[] }
    }>(url, COUNT)
    if (orderStatistics.byStatus.find(({ key }) => key === 'DELIVERED')?.orders === ORDERS) return
    if (performance.now() > deadline) throw new Error(`Expected ${ORDERS} delivered orders within ${PATIENCE_MS} ms.`)
    await delay(POLL_MS)
  }
}
