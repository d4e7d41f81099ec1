import { startGateway } from '../../../src/gateway/server.js'
import type { CommandHandlers } from '../../../src/write/index.js'
import { testGatewayOptions } from '../../support/gatewayDoubles.js'
import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { requestsPerSecond } from '../http/httpLoad.js'
import { untilProjected } from '../projectorLag.js'
import { compareRates, inTurns } from '../rounds.js'
import { benchmarkCipher, openBenchmarkWriteSide, startWholeService } from '../service.js'
import { CREATE_ORDER, NO_OP, NOTHING_DONE, ORDER_CREATED, placeOrder, stockShop } from '../shop.js'
import { InteractiveTransactionHandlers } from './interactiveTransactionHandlers.js'

const CLIENTS = 32
/** Of one round the ratio says little: on two cores that server, database and clients share it varies by a quarter. */
const ROUNDS = 15
const SECONDS = 3
const DRAIN_MS = 1_000

export const createOrder: Benchmark = {
  name: 'createOrder',
  title: `createOrder over HTTP, ${CLIENTS} keep-alive clients`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const serve = async (handlers: Partial<CommandHandlers>): Promise<string> => {
    const gateway = await startGateway({ ...testGatewayOptions({ handlers }), logger })
    open.defer(() => gateway.stop(DRAIN_MS))
    return gateway.url
  }

  // A log of its own for each that writes: the projector of the whole service follows its own orders only.
  const wholeUrl = await server.createDatabase()
  const writeUrl = await server.createDatabase()
  const transactionsUrl = await server.createDatabase()
  for (const url of [wholeUrl, transactionsUrl]) {
    const writeSide = await openBenchmarkWriteSide(url, logger)
    await stockShop(writeSide.handlers)
    await writeSide.close()
  }
  const whole = await startWholeService(wholeUrl, logger)
  open.defer(() => whole.stop())
  const writeSide = await openBenchmarkWriteSide(writeUrl, logger)
  open.defer(() => writeSide.close())
  await stockShop(writeSide.handlers)
  const transactions = new InteractiveTransactionHandlers(transactionsUrl, CLIENTS, benchmarkCipher())
  open.defer(() => transactions.close())

  const writeSideAlone = await serve(writeSide.handlers)
  const viaTransactions = await serve({ order: (request, context) => transactions.order(request, context) })
  const noOp = await serve({
    order: async () => ({ kind: 'refused', code: 'ORDER_NOT_FOUND', message: 'none', retryable: false }),
  })
  const firstOutcome = await placeOrder(writeSide.handlers)
  const sameNoOp = await serve({ order: async () => firstOutcome })

  const until = { seconds: SECONDS }
  const ordersPerSecond = (url: string) =>
    requestsPerSecond({ url, body: CREATE_ORDER, expected: ORDER_CREATED, connections: CLIENTS, until })
  const rates = await inTurns(
    {
      noOp: () => requestsPerSecond({ url: noOp, body: NO_OP, expected: NOTHING_DONE, connections: CLIENTS, until }),
      sameNoOp: () => ordersPerSecond(sameNoOp),
      writeSideAlone: () => ordersPerSecond(writeSideAlone),
      viaTransactions: () => ordersPerSecond(viaTransactions),
      whole: async () => {
        const rate = await ordersPerSecond(whole.url)
        await untilProjected(whole.url)
        return rate
      },
    },
    ROUNDS,
  )
  const least = { name: 'the least no-op mutation (deliverOrder with one id, handler does nothing)', rates: rates.noOp }
  const reference = {
    name: 'createOrder as a no-op (same request and answer, handler does nothing)',
    rates: rates.sameNoOp,
  }
  const transactional = { name: 'the same by a Prisma interactive transaction', rates: rates.viaTransactions }
  const ours = { name: 'createOrder, the write side alone: no projector beside it', rates: rates.writeSideAlone }
  const together = { name: 'createOrder, everything in one process', rates: rates.whole }
  return {
    comparisons: [
      compareRates(ours, reference, { is: 'at least', ratio: 0.6 }),
      compareRates(ours, least, { is: 'at least', ratio: 0.6 }),
      compareRates(ours, transactional, { is: 'at least', ratio: 3 }),
      compareRates(together, reference, { is: 'at least', ratio: 0.6 }),
      compareRates(together, least, { is: 'at least', ratio: 0.6 }),
      compareRates(together, transactional, { is: 'at least', ratio: 3 }),
    ],
    notes: [
      'The two no-ops differ by what the request and its answer cost the gateway: variables of an input type, three times the text.',
      'All over the same HTTP path; the clients are a process of their own. The interactive transaction uses the same rules, codec and encryption.',
    ],
  }
}
