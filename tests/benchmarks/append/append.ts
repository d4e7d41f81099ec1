import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { operationsPerSecond } from '../closedLoop.js'
import { compareRates, inTurns } from '../rounds.js'
import { openBenchmarkWriteSide } from '../service.js'
import { BareConnections } from './bareConnections.js'
import { InteractiveTransactions } from './interactiveTransactions.js'
import { Pgbench } from './pgbench.js'
import { newAppend } from './sampleAppends.js'

const CLIENTS = 32
const ROUNDS = 5
const SECONDS = 3

export const append: Benchmark = {
  name: 'append',
  title: `Durable append of one event, ${CLIENTS} clients`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  const databaseUrl = await server.createDatabase()
  await using open = new AsyncDisposableStack()
  const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
  open.defer(() => writeSide.close())
  const connections = await BareConnections.open(databaseUrl, CLIENTS)
  open.defer(() => connections.close())
  const transactions = new InteractiveTransactions(databaseUrl, CLIENTS)
  open.defer(() => transactions.close())
  const pgbench = await Pgbench.find(databaseUrl)
  open.defer(() => pgbench?.close())

  const rates = await inTurns(
    {
      ours: () =>
        operationsPerSecond(CLIENTS, SECONDS, async () => {
          const { kind } = await writeSide.eventStore.append(newAppend())
          if (kind !== 'appended') throw new Error(`Expected every append to succeed, found a ${kind}.`)
        }),
      pgbench: pgbench && (() => pgbench.appendsPerSecond(CLIENTS, SECONDS)),
      connections: () => connections.appendsPerSecond(SECONDS),
      transactions: () => transactions.appendsPerSecond(CLIENTS, SECONDS),
    },
    ROUNDS,
  )
  const ours = { name: 'EventStore.append', rates: rates.ours }
  return {
    comparisons: [
      compareRates(
        ours,
        { name: 'pgbench, one insert a commit', rates: rates.pgbench },
        { is: 'at least', ratio: 0.9 },
      ),
      compareRates(
        ours,
        { name: `${CLIENTS} bare pg connections, one insert a commit`, rates: rates.connections },
        { is: 'at least', ratio: 1.35 },
      ),
      compareRates(
        ours,
        { name: 'Prisma interactive transaction (head, create)', rates: rates.transactions },
        { is: 'at least', ratio: 5 },
      ),
    ],
    notes: pgbench
      ? []
      : ['pgbench is not installed here (Debian: package postgresql), so that comparison is left out.'],
  }
}
