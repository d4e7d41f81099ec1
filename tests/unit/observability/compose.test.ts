import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ProcessRole, parseConfig, VARIABLE_NAMES } from '../../../src/config.js'
import { ComposeFile } from '../../support/composeFile.js'

const base = new ComposeFile('docker-compose.yml')
const file = new ComposeFile('docker-compose.observability.yml')

const PARTS: readonly Exclude<ProcessRole, 'all'>[] = ['gateway', 'relay', 'projector']
const SERVERS = ['collector', 'jaeger', 'prometheus', 'grafana']
const inProject = (path: string) => new URL(`../../../${path}`, import.meta.url)
const settings = (path: string) => parse(readFileSync(inProject(`observability/${path}`), 'utf8'))

describe('docker-compose.observability.yml', () => {
  it('adds the four servers, and nothing to the parts but where they send', () => {
    expect(Object.keys(file.services).sort()).toEqual([...SERVERS, ...PARTS].sort())
    for (const role of PARTS) expect(Object.keys(file.service(role))).toEqual(['environment'])
  })

  it.each(PARTS)('has the %s send to the collector where it reaches it, with the collector’s token', (role) => {
    expect(Object.keys(file.environment(role)).filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([])
    expect(parseConfig(base.environment(role), role).telemetry.otlp).toBeUndefined()
    const { otlp } = parseConfig({ ...base.environment(role), ...file.environment(role) }, role).telemetry
    const host = base.service(role).network_mode === 'host' ? '127.0.0.1' : 'collector'
    expect(otlp).toEqual({ endpoint: `http://${host}:4318`, protocol: 'http/protobuf', intervalMs: 15_000 })
    expect(file.environment(role).OTEL_EXPORTER_OTLP_HEADERS).toBe(
      `Authorization=Bearer%20${file.environment('collector').COLLECTOR_TOKEN}`,
    )
  })

  it('gives no secret a default, and publishes on loopback alone what asks for one', () => {
    expect(file.secretFaults()).toEqual([])
    expect(SERVERS.flatMap((name) => file.service(name).ports ?? [])).toEqual([
      '127.0.0.1:4318:4318',
      '127.0.0.1:3000:3000',
    ])
    for (const protocol of Object.values(settings('collector.yaml').receivers.otlp.protocols)) {
      expect(protocol).toHaveProperty('auth.authenticator', 'bearertokenauth')
    }
  })

  it('pins versions, bounds everything, and checks the health of what can be asked', () => {
    for (const name of SERVERS) {
      const { image, mem_limit, cpus, healthcheck } = file.service(name)
      expect(image).toMatch(/:v?\d+\.\d+\.\d+$/)
      expect(mem_limit, name).toMatch(/^\d+[mg]$/)
      expect(cpus, name).toBeGreaterThan(0)
      expect(healthcheck?.test[0], name).toBe(name === 'collector' ? undefined : 'CMD')
    }
  })

  it('mounts files that there are, and keeps the numbers', () => {
    const mounted = SERVERS.flatMap((name) => file.service(name).volumes ?? [])
    for (const [source = ''] of mounted.filter((each) => each.startsWith('.')).map((each) => each.split(':'))) {
      expect(existsSync(inProject(source)), source).toBe(true)
    }
    expect(Object.keys(file.volumes).filter((name) => mounted.some((each) => each.startsWith(`${name}:/`)))).toEqual([
      'prometheus',
    ])
  })

  it('names servers as their settings do', () => {
    const { exporters, service } = settings('collector.yaml')
    const [target] = settings('prometheus.yaml').scrape_configs[0].static_configs[0].targets
    expect(target).toBe(exporters.prometheus.endpoint.replace('0.0.0.0', 'collector'))
    expect(exporters['otlp/jaeger'].endpoint).toBe('jaeger:4317')
    expect(service.pipelines).toMatchObject({
      traces: { exporters: ['otlp/jaeger'] },
      metrics: { exporters: ['prometheus'] },
    })
    const sources: readonly { readonly uid: string; readonly url: string }[] = settings(
      'grafana/provisioning/datasources/datasources.yaml',
    ).datasources
    expect(sources.map(({ uid, url }) => [uid, new URL(url).hostname])).toEqual([
      ['prometheus', 'prometheus'],
      ['jaeger', 'jaeger'],
    ])
    const [{ options }] = settings('grafana/provisioning/dashboards/dashboards.yaml').providers
    expect(file.service('grafana').volumes).toContain(`./observability/grafana/dashboards:${options.path}:ro`)
  })
})
