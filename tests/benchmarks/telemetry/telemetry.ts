import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { requestsPerSecond } from '../http/httpLoad.js'
import { type ForkedService, forkService } from '../process/forkedService.js'
import { untilProjected } from '../projectorLag.js'
import { compareRates, inTurns } from '../rounds.js'
import { openBenchmarkWriteSide } from '../service.js'
import { CREATE_ORDER, ORDER_CREATED, stockShop } from '../shop.js'

const CLIENTS = 32
/** Of one round the ratio varies by a tenth to a fifth on two cores, which is more than what is asked for. */
const ROUNDS = 15
const SECONDS = 3

const COLLECTOR = fileURLToPath(new URL('collectorProcess.js', import.meta.url))
const WITHOUT_TELEMETRY = new URL('withoutTelemetry.js', import.meta.url).href

export const telemetry: Benchmark = {
  name: 'telemetry',
  title: `createOrder over HTTP with and without telemetry, ${CLIENTS} keep-alive clients`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const start = async (variables: Readonly<Record<string, string>>, preload: readonly string[] = []) => {
    const databaseUrl = await server.createDatabase()
    const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
    await stockShop(writeSide.handlers)
    await writeSide.close()
    const service = await forkService(databaseUrl, variables, preload)
    open.defer(() => service.stop())
    return service
  }
  const collector = fork(COLLECTOR, { execArgv: [] })
  open.defer(() => collector.disconnect())
  const [endpoint] = (await once(collector, 'message')) as [string]
  const on = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })
  const off = await start({})
  const without = await start({}, [WITHOUT_TELEMETRY])

  const ordersPerSecond = async ({ url }: ForkedService): Promise<number> => {
    const rate = await requestsPerSecond({
      url,
      body: CREATE_ORDER,
      expected: ORDER_CREATED,
      connections: CLIENTS,
      until: { seconds: SECONDS },
    })
    await untilProjected(url)
    return rate
  }
  const rates = await inTurns(
    { on: () => ordersPerSecond(on), off: () => ordersPerSecond(off), without: () => ordersPerSecond(without) },
    ROUNDS,
  )
  collector.send('exports')
  const [exports] = (await once(collector, 'message')) as [number]
  if (exports === 0) throw new Error('Expected the collector to be sent something, found nothing.')

  const whenOff = { name: 'off, which keeps the metrics of /metrics', rates: rates.off }
  return {
    comparisons: [
      compareRates({ name: 'tracing on, all sampled and exported with the metrics', rates: rates.on }, whenOff, {
        is: 'at least',
        ratio: 0.85,
      }),
      compareRates(whenOff, { name: 'telemetry not loaded', rates: rates.without }, { is: 'at least', ratio: 0.98 }),
    ],
    notes: [
      `Everything in one process; the collector is a process of its own and took ${exports.toLocaleString('en-US')} exports.`,
    ],
  }
}
