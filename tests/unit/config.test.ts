import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { InvalidEnvironment, type ProcessRole, parseConfig, VARIABLE_NAMES } from '../../src/config.js'

function faultsOf(env: Record<string, string>, role?: ProcessRole): readonly string[] {
  try {
    parseConfig(env, role)
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.faults
    throw error
  }
  throw new Error('Expected the environment to be refused.')
}

describe('parseConfig', () => {
  it('runs the embedded profile with sample data on loopback when nothing is set', () => {
    expect(parseConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      dataDir: '.data',
      database: { kind: 'embedded' },
      sampleData: 'superstore',
      logLevel: 'info',
    })
  })

  it('knows the variables that the README tells of, and no others', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const [, table = ''] = /## Environment\n([\s\S]+?)\n## /.exec(readme) ?? []
    // OpenTelemetry reads most of its own by itself.
    const told = new Set([...table.matchAll(/`(?!OTEL_)([A-Z][A-Z_]+)`/g)].map(([, name]) => name))
    // Refused where set: there is nothing to tell yet.
    const untold = VARIABLE_NAMES.filter((name) => name === 'NODE_ENV' || /^(AUTH|OTEL)_/.test(name))
    expect([...told].sort()).toEqual(VARIABLE_NAMES.filter((name) => !untold.includes(name)).sort())
  })

  it('counts an empty variable as unset', () => {
    expect(parseConfig({ PORT: '', DATABASE_URL: '' })).toEqual(parseConfig({}))
  })

  it('takes an external database with its secrets, the first of a list first, and brings no sample data there', () => {
    const config = parseConfig({
      DATABASE_URL: 'postgresql://app@db/orders',
      TOKEN_SECRET: `${'n'.repeat(32)},${'o'.repeat(32)}`,
      PERSONAL_DATA_KEY: 'k'.repeat(32),
    })
    expect(config.database).toEqual({ kind: 'external', url: 'postgresql://app@db/orders' })
    expect(config.tokenSecrets).toEqual(['n'.repeat(32), 'o'.repeat(32)])
    expect(config.sampleData).toBe('none')
  })

  it('reports every fault at once, with the variable, what was expected and what was found', () => {
    const faults = faultsOf({
      PORT: '65536',
      HOST: '0.0.0.0',
      LOG_LEVEL: 'loud',
      SAMPLE_DATA: 'some',
      NODE_ENV: 'production',
    })
    expect(faults).toHaveLength(5)
    expect(faults.join('\n')).toContain('PORT: expected a whole number from 0 to 65535; found "65536".')
    expect(faults.join('\n')).toContain('HOST: expected a loopback address')
  })

  it.each(['1e3', '-1', ' 80', '80.5', 'http'])('refuses the port %j', (PORT) => {
    expect(faultsOf({ PORT })[0]).toMatch(/^PORT: /)
  })

  it('requires secrets with an external database, and never shows the ones that are wrong', () => {
    expect(faultsOf({ DATABASE_URL: 'postgresql://db/x' }).map(nameOf)).toEqual(['TOKEN_SECRET', 'PERSONAL_DATA_KEY'])
    expect(faultsOf({ TOKEN_SECRET: 'too-short-secret' }).join()).not.toContain('too-short-secret')
    expect(
      faultsOf({
        DATABASE_URL: 'mysql://user:hidden@db/x',
        TOKEN_SECRET: 't'.repeat(32),
        PERSONAL_DATA_KEY: 'k'.repeat(32),
      }).join(),
    ).not.toContain('hidden')
  })

  it('refuses settings of parts that are not there, rather than start without them', () => {
    expect(faultsOf({ AUTH_JWKS_URL: 'https://login/keys', AUTH_JWT_SECRET: 'x' })).toHaveLength(2)
  })

  it('takes the servers of the cluster, each under a prefix', () => {
    const config = parseConfig({
      KAFKA_BROKERS: 'a:9092, b:9093',
      KAFKA_PREFIX: 'shop.',
      KAFKA_TLS: 'true',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'user',
      KAFKA_SASL_PASSWORD: 'password',
      ELASTICSEARCH_URL: 'http://search:9200',
      REDIS_URL: 'redis://cache:6379',
    })
    expect(config.kafka).toEqual({
      brokers: ['a:9092', 'b:9093'],
      prefix: 'shop.',
      partitions: 6,
      replicationFactor: -1,
      tls: true,
      sasl: { mechanism: 'plain', username: 'user', password: 'password' },
    })
    expect(config.elasticsearch).toEqual({ url: 'http://search:9200', prefix: 'order-gateway-' })
    expect(config.redis).toEqual({ url: 'redis://cache:6379', prefix: 'order-gateway:' })
  })

  it.each([
    ['KAFKA_BROKERS', 'kafka'],
    ['KAFKA_BROKERS', 'a:9092,,b:9092'],
    ['KAFKA_PREFIX', 'shop:'],
    ['KAFKA_PREFIX', 'Shop.'],
    ['KAFKA_PARTITIONS', '0'],
    ['KAFKA_TLS', 'yes'],
    ['ELASTICSEARCH_URL', 'search:9200'],
    ['ELASTICSEARCH_PREFIX', '_shop'],
    ['REDIS_URL', 'http://cache:6379'],
  ])('refuses %s=%s', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name}: expected `)])
  })

  it('asks for all three of SASL or none', () => {
    expect(faultsOf({ KAFKA_BROKERS: 'a:9092', KAFKA_SASL_USERNAME: 'user' }).map(nameOf)).toEqual([
      'KAFKA_SASL_MECHANISM',
      'KAFKA_SASL_PASSWORD',
    ])
  })

  it.each([
    ['gateway', ['DATABASE_URL', 'KAFKA_BROKERS', 'ELASTICSEARCH_URL', 'TOKEN_SECRET', 'PERSONAL_DATA_KEY']],
    ['relay', ['DATABASE_URL', 'KAFKA_BROKERS']],
    ['projector', ['DATABASE_URL', 'KAFKA_BROKERS', 'ELASTICSEARCH_URL', 'PERSONAL_DATA_KEY']],
  ] as const)('asks a %s alone for what it needs and no more', (role, names) => {
    expect(faultsOf({}, role).map(nameOf)).toEqual(names)
    expect(faultsOf({}, role).join()).toContain(`required by start:${role}`)
  })

  it('gives each part a port for its health, so that one of each can run on a machine', () => {
    const env = {
      DATABASE_URL: 'postgresql://app@db/orders',
      KAFKA_BROKERS: 'a:9092',
      ELASTICSEARCH_URL: 'http://search:9200',
      TOKEN_SECRET: 't'.repeat(32),
      PERSONAL_DATA_KEY: 'k'.repeat(32),
    }
    const ports = (['gateway', 'relay', 'projector'] as const).map((role) => parseConfig(env, role).metricsPort)
    expect(new Set(ports).size).toBe(3)
    expect(parseConfig({ ...env, METRICS_PORT: '9000' }, 'relay').metricsPort).toBe(9000)
  })

  it('wants two ports where it listens on two addresses', () => {
    const same = { PORT: '4104', METRICS_PORT: '4104' }
    expect(() => parseConfig(same)).toThrow('METRICS_PORT: expected another port than PORT has; found 4104 for both.')
    expect(() => parseConfig({ PORT: '9464' })).toThrow('found 9464 for both')
    expect(parseConfig({ PORT: '0', METRICS_PORT: '0' })).toMatchObject({ port: 0, metricsPort: 0 })
    expect(parseConfig(same, 'admin').metricsPort).toBe(4104)
  })
})

function nameOf(fault: string): string | undefined {
  return fault.split(':')[0]
}
