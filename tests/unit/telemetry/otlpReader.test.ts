import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { METRICS } from '../../../src/telemetry/metricNames.js'
import { type Metrics, openMetrics } from '../../../src/telemetry/metrics.js'
import { type OtlpProtocol, openOtlpReader } from '../../../src/telemetry/otlpReader.js'
import { eventually } from '../../support/eventually.js'

interface Received {
  readonly path: string | undefined
  readonly type: string | undefined
  readonly body: Buffer
}

let collector: Server | undefined
let metrics: Metrics | undefined
afterEach(async () => {
  await metrics?.close()
  collector?.closeAllConnections()
  await new Promise((resolve) => (collector ? collector.close(resolve) : resolve(undefined)))
})

async function startCollector(answer: () => number): Promise<{ endpoint: string; received: Received[] }> {
  const received: Received[] = []
  collector = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    received.push({ path: request.url, type: request.headers['content-type'], body: Buffer.concat(chunks) })
    response.statusCode = answer()
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  await new Promise<void>((resolve) => collector?.listen(0, '127.0.0.1', resolve))
  return { endpoint: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`, received }
}

async function exportTo(endpoint: string, protocol: OtlpProtocol): Promise<{ told: string[] }> {
  const told: string[] = []
  const reader = await openOtlpReader({
    endpoint,
    protocol,
    intervalMs: 100,
    onDown: () => told.push('down'),
    onUp: () => told.push('up'),
  })
  metrics = openMetrics({ serviceName: 'order-gateway-test', serviceVersion: '1.2.3', readers: [reader] })
  return { told }
}

describe('metrics on their way to a collector', () => {
  it('arrive under their own names, with units and the name of the service', async () => {
    const { endpoint, received } = await startCollector(() => 200)
    await exportTo(endpoint, 'http/json')
    metrics?.instruments.counter(METRICS.appendConflicts).add(3)
    const sent = await eventually(() => received.find(({ body }) => body.includes('"asDouble":3')))
    expect(sent).toMatchObject({ path: '/v1/metrics', type: 'application/json' })
    const text = sent.body.toString()
    expect(text).toContain('"name":"order_gateway.append.conflicts"')
    expect(text).toContain('"unit":"{conflict}"')
    expect(text).toContain('"stringValue":"order-gateway-test"')
  })

  it('arrive as protobuf where nothing else is asked for', async () => {
    const { endpoint, received } = await startCollector(() => 200)
    await exportTo(`${endpoint}/`, 'http/protobuf')
    const sent = await eventually(() => received[0])
    expect(sent).toMatchObject({ path: '/v1/metrics', type: 'application/x-protobuf' })
    expect(sent.body.includes('process.memory.usage')).toBe(true)
  })

  it('are told once to be lost while the collector refuses them, and once to arrive again', async () => {
    let status = 400
    const { endpoint, received } = await startCollector(() => status)
    const { told } = await exportTo(endpoint, 'http/json')
    await eventually(() => received.length >= 3)
    expect(told).toEqual(['down'])
    status = 200
    await eventually(() => told.length === 2)
    expect(told).toEqual(['down', 'up'])
  })

  it('do not hold up the end of a process when nobody is there', async () => {
    const { endpoint } = await startCollector(() => 200)
    await new Promise((resolve) => collector?.close(resolve))
    const { told } = await exportTo(endpoint, 'http/json')
    const startedAt = performance.now()
    await metrics?.close()
    expect(performance.now() - startedAt).toBeLessThan(4_000)
    metrics = undefined
    expect(told.length).toBeLessThanOrEqual(1)
  })
})
