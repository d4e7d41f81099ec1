import { setTimeout as pause } from 'node:timers/promises'
import type { OrderDocument } from '../../../src/contract/documents.js'
import { openPostgresReadStore } from '../../../src/read/postgres/openPostgresReadStore.js'
import { connectClient } from '../../support/client.js'
import type { Bench, Benchmark, BenchmarkResult, Comparison } from '../benchmark.js'
import { milliseconds, quantile } from '../rounds.js'
import { openBenchmarkWriteSide, startWholeService } from '../service.js'
import { CUSTOMER_ID, SHIPPING_ADDRESS, SKU, stockShop } from '../shop.js'
import { BareSteps } from './bareSteps.js'
import { commandToCompletion } from './commandToCompletion.js'

const PER_SECOND = 20
const SECONDS = 30
const WARM_UP = 100

export const delay: Benchmark = {
  name: 'delay',
  title: `From a command to its projectionCompleted, at ${PER_SECOND} commands a second`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  await using open = new AsyncDisposableStack()
  const databaseUrl = await server.createDatabase()
  const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
  await stockShop(writeSide.handlers)
  await writeSide.close()
  const service = await startWholeService(databaseUrl, logger)
  open.defer(() => service.stop())
  const client = connectClient(service.url)
  open.defer(() => client.close())
  const steps = await openBareSteps(await server.createDatabase(), logger)
  open.defer(() => steps.close())

  const completions: Promise<number>[] = []
  const appends: number[] = []
  const upserts: number[] = []
  const period = 1_000 / PER_SECOND
  const startedAt = performance.now()
  for (let tick = 0; tick < WARM_UP + PER_SECOND * SECONDS; tick++) {
    await pause(Math.max(0, startedAt + tick * period - performance.now()))
    completions.push(commandToCompletion(client, service.url))
    // Half a period later, while the service is idle again, if it is quick.
    await pause(period / 2)
    appends.push(await steps.append())
    upserts.push(await steps.upsert(documentOf(`order-${tick}`)))
  }
  const measured = (values: readonly number[]) => values.slice(WARM_UP)
  const ours = measured(await Promise.all(completions))
  const compare = (label: string, share: number): Comparison => {
    const floor = quantile(measured(appends), share) + quantile(measured(upserts), share)
    const figure = quantile(ours, share)
    return {
      ours: { name: `command to projectionCompleted, ${label}`, value: milliseconds(figure) },
      reference: { name: `one bare append + one bare upsert, ${label} of each`, value: milliseconds(floor) },
      ratio: figure / floor,
    }
  }
  return {
    comparisons: [compare('p50', 0.5), compare('p99', 0.99)],
    notes: [
      `${ours.length} commands. The delay begins when the mutation is sent over HTTP, goes on with a subscription over an open socket, and ends when VISIBLE arrives there.`,
    ],
  }
}

async function openBareSteps(databaseUrl: string, logger: Bench['logger']): Promise<BareSteps> {
  const log = await openBenchmarkWriteSide(databaseUrl, logger)
  await log.close()
  const readStore = await openPostgresReadStore({ databaseUrl, logger })
  await readStore.close()
  return BareSteps.open(databaseUrl)
}

/** As the projection of CREATE_ORDER makes it. */
function documentOf(id: string): OrderDocument {
  const { line1, line2, city, region, postalCode, country } = SHIPPING_ADDRESS
  const now = new Date().toISOString()
  return {
    id,
    version: 1,
    customerId: CUSTOMER_ID,
    customerVersion: 1,
    customerName: 'Claire Gute',
    customerEmail: 'claire@example.com',
    status: 'PENDING',
    items: [{ sku: SKU, productName: 'Chairs', unitPriceMinor: 24_398, quantity: 3, lineTotalMinor: 73_194 }],
    currency: 'USD',
    totalMinor: 73_194,
    paidMinor: 0,
    shippingAddress: { line1, line2, city, region, postalCode, country },
    region,
    country,
    trackingNumber: null,
    cancellationReason: null,
    createdAt: now,
    updatedAt: now,
    confirmedAt: null,
    shippedAt: null,
    deliveredAt: null,
    cancelledAt: null,
    estimatedDelivery: now,
  }
}
