import { randomUUID } from 'node:crypto'
import { Partitioners } from 'kafkajs'
import { eventTopic } from '../../../src/contract/topics.js'
import { createKafka } from '../../../src/kafka/kafkaClient.js'
import { createElasticsearch } from '../../../src/read/elasticsearch/client.js'
import { openElasticsearchReadStore } from '../../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { connectClient } from '../../support/client.js'
import { BareConnections } from '../append/bareConnections.js'
import type { Bench, Benchmark, BenchmarkResult, Comparison } from '../benchmark.js'
import { operationsPerSecond } from '../closedLoop.js'
import { commandToCompletion, type Level } from '../delay/commandToCompletion.js'
import { pacedCompletions } from '../delay/pacedCompletions.js'
import { milliseconds, quantile } from '../rounds.js'
import { openBenchmarkWriteSide, startWholeService } from '../service.js'
import { stockShop } from '../shop.js'
import { openLogAndTopics } from './eventTopics.js'
import { type ClusterServers, startClusterServers } from './servers.js'

const RATES = [10, 100, 300]
const LEVELS: readonly Level[] = ['DOCUMENT', 'SEARCHABLE']
const SECONDS = 5
/** The JVMs of Kafka and Elasticsearch compile what they run for as long as this, with the machine's two cores. */
const WARM_UP = { clients: 32, seconds: 25 }
const BARE_STEPS = 200
/** A socket carries a hundred operations at once, and a busy machine lets a thousand of them wait. */
const SOCKETS = 16

export const clusterDelay: Benchmark = {
  name: 'clusterDelay',
  title: `From a command to its projectionCompleted through Kafka, Elasticsearch and Redis, at ${RATES.join(', ')} commands a second`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const servers = await startClusterServers(logger)
  open.defer(() => servers.stop())
  const databaseUrl = await server.createDatabase()
  const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
  await stockShop(writeSide.handlers)
  await writeSide.close()
  const floor = await bareSteps(servers, await server.createDatabase(), logger)

  const service = await startWholeService(databaseUrl, logger, servers.environment())
  open.defer(() => service.stop())
  const clients = Array.from({ length: SOCKETS }, () => connectClient(service.url))
  open.defer(async () => {
    await Promise.all(clients.map((client) => client.close()))
  })
  // Each waits for its last command, so that a cold start is not overrun.
  await operationsPerSecond(WARM_UP.clients, WARM_UP.seconds, async (number) => {
    const client = clients[number % clients.length]
    if (client) await commandToCompletion(client, service.url)
  })

  const comparisons: Comparison[] = []
  for (const rate of RATES) {
    for (const level of LEVELS) {
      const goOn = (begun: number) => begun < rate * SECONDS
      const ours = await pacedCompletions(clients, service.url, { perSecond: rate, level, goOn })
      for (const [label, share] of [
        ['p50', 0.5],
        ['p99', 0.99],
      ] as const) {
        const figure = quantile(ours, share)
        comparisons.push({
          ours: { name: `${rate}/s to ${level}, ${label}`, value: milliseconds(figure) },
          reference: { name: `one append + one send + one bulk, ${label} of each`, value: milliseconds(floor(share)) },
          ratio: figure / floor(share),
        })
      }
    }
  }
  return {
    comparisons,
    notes: [
      'Every part of the service in one process. The aim at 100 commands a second: p50 25 ms and p99 120 ms to DOCUMENT, p99 250 ms to SEARCHABLE.',
    ],
  }
}

/** The durable steps that no command can do without, one at a time on an idle machine: their sum, by quantile. */
async function bareSteps(
  servers: ClusterServers,
  databaseUrl: string,
  logger: Bench['logger'],
): Promise<(share: number) => number> {
  await using open = new AsyncDisposableStack()
  const installationId = randomUUID()
  await (await openBenchmarkWriteSide(databaseUrl, logger)).close()
  const log = await BareConnections.open(databaseUrl, 1)
  open.defer(() => log.close())
  const kafka = servers.kafka()
  await (await openLogAndTopics(databaseUrl, kafka, installationId, logger)).close()
  const producer = createKafka(kafka, logger).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  open.defer(() => producer.disconnect())
  const { url, prefix } = servers.elasticsearch()
  await (await openElasticsearchReadStore({ url, prefix, installationId, logger })).close()
  const elasticsearch = createElasticsearch(url)
  open.defer(() => elasticsearch.close())

  const steps: readonly ((n: number) => Promise<unknown>)[] = [
    () => log.append(0),
    (n) =>
      producer.send({
        topic: eventTopic(kafka.prefix, 'order'),
        acks: -1,
        messages: [{ key: `order-${n}`, value: 'x'.repeat(600) }],
      }),
    (n) =>
      elasticsearch.bulk({
        operations: [{ create: { _index: `${prefix}order-timelines`, _id: `order-${n}` } }, { document: { id: n } }],
      }),
  ]
  const times = steps.map((): number[] => [])
  for (let n = 0; n < BARE_STEPS; n++) {
    for (const [place, step] of steps.entries()) {
      const startedAt = performance.now()
      await step(n)
      times[place]?.push(performance.now() - startedAt)
    }
  }
  return (share) => times.reduce((sum, each) => sum + quantile(each.slice(BARE_STEPS / 4), share), 0)
}
