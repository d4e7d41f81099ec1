import { afterAll, beforeAll, expect, it } from 'vitest'
import { METRICS, type MetricDescription } from '../../src/telemetry/metricNames.js'
import { prometheusName } from '../../src/telemetry/prometheusName.js'
import { allQuestions, selectionsIn } from '../support/askedOfPrometheus.js'
import { eventually } from '../support/eventually.js'
import { type Sample, samplesOf, totalOf } from '../support/exposition.js'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import { stablePort } from '../support/stack/ports.js'
import { cancelOrder, orderById, ordersOf } from './operations.js'
import { Shop } from './shop.js'

describeInBothProfiles((startService, profile) => {
  let service: ServiceUnderTest
  let shop: Shop
  beforeAll(async () => {
    service = await startService({ METRICS_PORT: String(await stablePort()) })
    shop = await Shop.open(service.client)
  })
  afterAll(() => service.stop())

  async function scraped(): Promise<readonly Sample[]> {
    const response = await fetch(`http://127.0.0.1:${service.config.metricsPort}/metrics`)
    expect(response.status).toBe(200)
    return samplesOf(await response.text())
  }

  const total = async (name: string, labels?: Readonly<Record<string, string>>) =>
    totalOf(await scraped(), name, labels)

  it('exports every metric that it is said to export, once there was work', async () => {
    const visible = (stage: string) =>
      total('order_gateway_time_to_visible_seconds_count', { order_gateway_stage: stage })
    // A write that is searchable before the question arrives tells nothing of how long that took: asked until one was not.
    await eventually(async () => {
      const { id, token } = await shop.order()
      await service.client.request(ordersOf, { filter: { customerId: shop.customerId }, token })
      await service.client.request(orderById, { id, token })
      return ((await visible('searchable')) ?? 0) > 0
    })
    const changes = service.client.subscribe('subscription { ordersChanged { cursor } }')
    const next = changes.next()
    await eventually(async () => (await total('order_gateway_subscriptions_active')) === 1)
    await shop.order()
    await next

    const withKafka = profile === 'cluster'
    const expected = Object.values<MetricDescription>(METRICS).filter(
      ({ description }) => withKafka || !description.includes('Only with Kafka'),
    )
    await eventually(async () => {
      const names = new Set((await scraped()).map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')))
      return expected.every((metric) => names.has(prometheusName(metric)))
    })
    expect(await visible('document')).toBe(await visible('pushed'))
    await changes.return?.()
    await eventually(async () => (await total('order_gateway_subscriptions_active')) === 0)
  })

  it('names every part that is ready, the relay where there is one', async () => {
    const response = await fetch(`http://127.0.0.1:${service.config.metricsPort}/readyz`)
    const { parts } = (await response.json()) as { parts: { part: string; ok: boolean }[] }
    expect(parts.map(({ part }) => part)).toContain('projector')
    expect(parts.some(({ part }) => part === 'relay')).toBe(profile === 'cluster')
  })

  // The embedded profile has no relay.
  if (profile === 'cluster') {
    it('exports every metric that a dashboard or an alert names, by that very name', async () => {
      const names = new Set((await scraped()).map(({ name }) => name))
      const asked = allQuestions().flatMap(({ expr }) => selectionsIn(expr).map(({ name }) => name))
      // Of Prometheus itself.
      expect(asked.filter((name) => name !== 'up' && !names.has(name))).toEqual([])
    })
  }

  it('counts commands by what became of them', async () => {
    const { id } = await shop.order()
    const input = { orderId: id, reason: 'none', commandId: `cancel-${id}` }
    const counted = (outcome: string) =>
      total('order_gateway_commands_total', {
        order_gateway_command: 'CancelOrder',
        order_gateway_outcome: outcome,
      }).then((count = 0) => count)
    const outcomes = ['accepted', 'duplicate', 'ALREADY_CANCELLED']
    const before = await Promise.all(outcomes.map(counted))
    await service.client.request(cancelOrder, { input })
    await service.client.request(cancelOrder, { input })
    await service.client.request(cancelOrder, { input: { ...input, commandId: `again-${id}` } })
    expect(await Promise.all(outcomes.map(counted))).toEqual(before.map((count) => count + 1))
  })

  it('tells of the lag what the projections query tells, and answers probes beside it', async () => {
    await eventually(async () => {
      const { projections } = (await service.client.request(
        '{ projections { name lagEvents quarantinedStreams } }',
      )) as { projections: readonly { name: string; lagEvents: number; quarantinedStreams: number }[] }
      const samples = await scraped()
      return projections.every(({ name, lagEvents, quarantinedStreams }) => {
        const labels = { order_gateway_projection: name }
        return (
          totalOf(samples, 'order_gateway_projection_lag_events', labels) === lagEvents &&
          totalOf(samples, 'order_gateway_projection_quarantined_streams', labels) === quarantinedStreams
        )
      })
    })
    const ready = await fetch(`http://127.0.0.1:${service.config.metricsPort}/readyz`)
    expect(await ready.json()).toMatchObject({ ready: true, down: [] })
  })
})
