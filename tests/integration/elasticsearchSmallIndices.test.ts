import { randomUUID } from 'node:crypto'
import { Client } from '@elastic/elasticsearch'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openElasticsearchReadStore } from '../../src/read/elasticsearch/openElasticsearchReadStore.js'
import type { NewlyParked } from '../../src/read/parkedStreams.js'
import type { ProjectionProgress } from '../../src/read/projectionStatus.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { eventually } from '../support/eventually.js'
import { describeOnStack } from '../support/stack/onStack.js'

describeOnStack(['elasticsearch'], 'on Elasticsearch', (stack) => {
  /** Two processes of one installation. */
  let stores: readonly [ReadStore, ReadStore]

  let client: Client

  beforeAll(async () => {
    client = new Client({ node: stack.elasticsearchUrl })
    const options = {
      url: stack.elasticsearchUrl,
      prefix: `${stack.prefix}-`,
      installationId: randomUUID(),
      logger: pino({ level: 'warn' }),
    }
    stores = await Promise.all([openElasticsearchReadStore(options), openElasticsearchReadStore(options)])
  })
  afterAll(() => Promise.all([client, ...(stores ?? [])].map((each) => each?.close())))

  describe('the status board', () => {
    it('shows the newest report of each projection, whoever wrote it, and passes over older ones', async () => {
      const [{ status }, { status: elsewhere }] = stores
      expect(await status.read()).toEqual([])
      await status.report([progress('orders', 10, 1), progress('customers', 10, 1)])
      await elsewhere.report([progress('orders', 5, 2)])
      await status.report([progress('orders', 7, 0), progress('customers', 9, 1)])
      expect(await status.read()).toMatchObject([
        { ...progress('customers', 9, 1), silentSeconds: expect.any(Number) },
        { ...progress('orders', 5, 2), silentSeconds: expect.any(Number) },
      ])
    })

    it("tells how long a projection was silent by Elasticsearch's clock, whatever the reporter's says", async () => {
      const [{ status }] = stores
      await status.report([progress('products', 0, 30)])
      const silence = async () =>
        (await status.read()).find(({ projection }) => projection === 'products')?.silentSeconds
      expect(await silence()).toBeLessThanOrEqual(2)
      expect(await eventually(async () => ((await silence()) ?? 0) >= 1)).toBe(true)
    })

    it('asks for no refresh: it is written every second', async () => {
      const index = `${stack.prefix}-projection-status`
      await client.indices.putSettings({ index, settings: { refresh_interval: '-1' } })
      await client.indices.refresh({ index })
      const refreshes = async () => {
        const { _all } = await client.indices.stats({ index, metric: 'refresh' })
        return _all.total?.refresh?.external_total
      }
      const before = await refreshes()
      const [{ status }] = stores
      for (let second = 100; second < 110; second++) await status.report([progress('orders', second, second)])
      expect(await status.read()).toContainEqual(expect.objectContaining(progress('orders', 109, 109)))
      expect(await refreshes()).toBe(before)
    })
  })

  describe('the quarantine', () => {
    it('finds at once what another process has parked or released', async () => {
      const [{ parked }, { parked: elsewhere }] = stores
      await parked.park(row('customer-1', 3, 'three'))
      expect(await elsewhere.find(['customer-1'])).toEqual([{ ...row('customer-1', 3, 'three'), request: null }])
      expect(await elsewhere.remove('orderTimelines', 'customer-1', 3)).toBe(true)
      expect(await parked.find(['customer-1'])).toEqual([])
      expect(await parked.list()).toEqual([])
    })

    it('keeps the earlier event and the higher version, whatever is parked and raised at once', async () => {
      const [{ parked }, { parked: elsewhere }] = stores
      await Promise.all([
        parked.park(row('order-1', 4, 'four')),
        elsewhere.park(row('order-1', 3, 'three')),
        parked.park(row('order-1', 5, 'five')),
      ])
      await Promise.all(
        [7, 9, 8, 6].map((version, n) => stores[n % 2]?.parked.raiseLastSkipped('orderTimelines', 'order-1', version)),
      )
      const [found, ...more] = await parked.find(['order-1'])
      expect(found).toMatchObject({ failedVersion: 3, error: 'three', lastSkipped: 9 })
      expect(more).toEqual([])
    })
  })
})

/** second: of the reporter's clock. */
function progress(projection: ProjectionProgress['projection'], lagEvents: number, second: number): ProjectionProgress {
  const reportedAt = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
  return { projection, lagEvents, lagSeconds: 0.5, quarantinedStreams: 0, reportedAt }
}

function row(streamId: string, failedVersion: number, error: string): NewlyParked {
  return {
    projection: 'orderTimelines',
    streamId,
    failedVersion,
    lastSkipped: failedVersion,
    eventType: 'OrderConfirmed',
    eventPosition: '1:740:12',
    error,
    attempts: 3,
    parkedAt: '2026-03-01T09:30:00.123Z',
  }
}
