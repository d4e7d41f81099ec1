import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { operationsPerSecond } from '../closedLoop.js'
import { forkService } from '../process/forkedService.js'
import { untilProjected } from '../projectorLag.js'
import { compareRates, inTurns } from '../rounds.js'
import { openBenchmarkWriteSide } from '../service.js'
import { placeOrder, stockShop } from '../shop.js'
import { startClusterServers } from './servers.js'

const CLIENTS = 32
const ROUNDS = 4
const SECONDS = 3

export const clusterAppend: Benchmark = {
  name: 'clusterAppend',
  title: `Orders placed by ${CLIENTS} clients, past the gateway, while relay and projector follow`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const servers = await startClusterServers(logger)
  open.defer(() => servers.stop())
  const openShop = async () => {
    const databaseUrl = await server.createDatabase()
    const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
    open.defer(() => writeSide.close())
    await stockShop(writeSide.handlers)
    const ordersPerSecond = () =>
      operationsPerSecond(CLIENTS, SECONDS, async () => {
        const { kind } = await placeOrder(writeSide.handlers)
        if (kind !== 'accepted') throw new Error(`Expected every order to be accepted, found one ${kind}.`)
      })
    return { databaseUrl, ordersPerSecond }
  }
  const alone = await openShop()
  const followed = await openShop()
  const followers = await forkService(followed.databaseUrl, servers.environment())
  open.defer(() => followers.stop())

  const rates = await inTurns(
    {
      followed: async () => {
        const rate = await followed.ordersPerSecond()
        // What is left to do must not slow down the one whose turn comes next.
        await untilProjected(followers.url)
        return rate
      },
      alone: alone.ordersPerSecond,
    },
    ROUNDS,
  )
  return {
    comparisons: [
      compareRates(
        { name: 'createOrder handlers, with relay and projector running', rates: rates.followed },
        { name: 'the same without', rates: rates.alone },
      ),
    ],
    notes: [
      'Relay and projector are a process beside the one that writes, and Kafka, Elasticsearch, Redis and PostgreSQL run on the same machine: with few cores the ratio says how they share those, not that one waits for the other.',
    ],
  }
}
