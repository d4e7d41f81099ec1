import { describe, expect, it } from 'vitest'
import { InvalidEnvironment, parseConfig } from '../../src/config.js'

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    parseConfig(env)
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
    expect(faultsOf({ DATABASE_URL: 'postgresql://db/x' }).map((fault) => fault.split(':')[0])).toEqual([
      'TOKEN_SECRET',
      'PERSONAL_DATA_KEY',
    ])
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
})
