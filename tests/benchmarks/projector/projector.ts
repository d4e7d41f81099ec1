import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { compareRates, inTurns } from '../rounds.js'
import { openBenchmarkWriteSide } from '../service.js'
import { projectLog } from './projection.js'
import { seedLog } from './seedLog.js'
import { upsertDocumentsAlone, upsertThroughStore } from './upserts.js'

const ORDERS = 16_000
const ROUNDS = 3

export const projector: Benchmark = {
  name: 'projector',
  title: `Projector on a log of ${ORDERS.toLocaleString('en-US')} orders with three events each`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  const log = await server.createDatabase()
  const writeSide = await openBenchmarkWriteSide(log, logger)
  const events = await seedLog(writeSide, ORDERS)
  await writeSide.close()

  /** Events per second of `work` on a copy of the log without read models. */
  const onCopy = async (work: (databaseUrl: string) => Promise<number>): Promise<number> => {
    const copy = await server.createDatabase(log)
    await server.checkpoint()
    const seconds = await work(copy)
    await server.dropDatabase(copy)
    return events / seconds
  }
  const copy = await server.createDatabase(log)
  const { batches } = await projectLog(copy, events, logger)
  await server.dropDatabase(copy)

  const rates = await inTurns(
    {
      ours: () => onCopy(async (url) => (await projectLog(url, events, logger)).seconds),
      store: () => onCopy((url) => upsertThroughStore(url, batches, logger)),
      documents: () => onCopy((url) => upsertDocumentsAlone(url, batches, logger)),
    },
    ROUNDS,
  )
  const ours = { name: 'projector, events', rates: rates.ours }
  return {
    comparisons: [
      compareRates(
        ours,
        { name: 'bare upsert of the same documents, with what lists and search need', rates: rates.store },
        { is: 'at least', ratio: 0.7 },
      ),
      compareRates(ours, { name: 'upsert of the documents without their index', rates: rates.documents }),
    ],
    notes: [
      `${batches.flat().length.toLocaleString('en-US')} documents in ${batches.length} batches, the same for all; rates are in events of the log, so that they compare.`,
    ],
  }
}
