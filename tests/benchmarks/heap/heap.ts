import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { requestsPerSecond } from '../http/httpLoad.js'
import { forkService } from '../process/forkedService.js'
import { untilProjected } from '../projectorLag.js'
import { openBenchmarkWriteSide } from '../service.js'
import { CREATE_ORDER, ORDER_CREATED, stockShop } from '../shop.js'

const FIRST = 10_000
const LAST = 100_000
const CLIENTS = 32

export const heap: Benchmark = {
  name: 'heap',
  title: `Heap after ${LAST.toLocaleString('en-US')} commands`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  const databaseUrl = await server.createDatabase()
  const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
  await stockShop(writeSide.handlers)
  await writeSide.close()

  const service = await forkService(databaseUrl)
  try {
    const { url } = service
    const heapAfter = async (requests: number): Promise<number> => {
      await requestsPerSecond({
        url,
        body: CREATE_ORDER,
        expected: ORDER_CREATED,
        connections: CLIENTS,
        until: { requests },
      })
      await untilProjected(url)
      return service.bytesInUse()
    }
    const early = await heapAfter(FIRST)
    const late = await heapAfter(LAST - FIRST)
    return {
      comparisons: [
        {
          ours: { name: `heap in use after ${LAST.toLocaleString('en-US')} commands`, value: mebibytes(late) },
          reference: { name: `after ${FIRST.toLocaleString('en-US')}`, value: mebibytes(early) },
          ratio: late / early,
          goal: { is: 'at most', ratio: 1.1 },
        },
      ],
      notes: [
        'The whole service in one process, createOrder over HTTP; measured after collections, when everything is projected.',
      ],
    }
  } finally {
    await service.stop()
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
