import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { METRICS } from '../../src/telemetry/metricNames.js'
import { prometheusName } from '../../src/telemetry/prometheusName.js'
import { connectClient } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { samplesOf, totalOf } from '../support/exposition.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { ServiceProcess } from '../support/serviceProcess.js'
import { stablePort } from '../support/stack/ports.js'

const COUNT = /* GraphQL */ `{ orders { totalCount } }`
const ORDERS = 4_749
const IMPORT_TIMEOUT_MS = 240_000
const MAX_RESIDENT_BYTES = 400_000_000

let database: TestDatabase
let metricsPort: number
let service: ServiceProcess

beforeAll(async () => {
  database = await createTestDatabase()
  metricsPort = await stablePort()
  service = new ServiceProcess({
    DATABASE_URL: database.url,
    TOKEN_SECRET: randomBytes(32).toString('hex'),
    PERSONAL_DATA_KEY: randomBytes(32).toString('hex'),
    SAMPLE_DATA: 'superstore',
    METRICS_PORT: String(metricsPort),
  })
})
afterAll(async () => {
  await service?.kill()
  await database?.drop()
})

async function residentBytes(): Promise<number> {
  const scrape = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  const bytes = totalOf(samplesOf(scrape), prometheusName(METRICS.memoryUsage))
  if (bytes === undefined) throw new Error('Expected the memory in the scrape.')
  return bytes
}

it(
  'the sample data is imported in less than 400 MB of memory',
  async () => {
    const client = connectClient(await service.url())
    let most = 0
    await eventually(async () => {
      most = Math.max(most, await residentBytes())
      const { orders } = await client.request<{ orders: { totalCount: number } }, never>(COUNT)
      return orders.totalCount === ORDERS
    }, IMPORT_TIMEOUT_MS)
    await client.close()
    expect(most).toBeGreaterThan(50_000_000)
    expect(most).toBeLessThan(MAX_RESIDENT_BYTES)
  },
  IMPORT_TIMEOUT_MS + 60_000,
)
