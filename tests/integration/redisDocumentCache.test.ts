import { randomUUID } from 'node:crypto'
import { createClient } from '@redis/client'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { CacheUnavailable, type DocumentCache, ENTRY_TTL_MS, FLOOR_TTL_MS } from '../../src/read/cache/documentCache.js'
import {
  InvalidRedisUrl,
  openRedisDocumentCache,
  type RedisDocumentCacheOptions,
} from '../../src/read/cache/redis/openRedisDocumentCache.js'
import { startCuttableProxy } from '../support/cuttableProxy.js'
import { eventually } from '../support/eventually.js'
import { customerDocument, orderDocument } from '../support/sampleDocuments.js'
import { describeOnStack } from '../support/stack/onStack.js'
import type { Part } from '../support/stack/part.js'
import { startPrivateStack } from '../support/stack/privateStack.js'

const INSTALLATION = 'installation-1'
/** Far more than a connection on this machine takes, far less than any timeout of the client. */
const AT_ONCE_MS = 50

interface LogLine {
  readonly level: number
  readonly msg: string
}

/** A cache, under a prefix of its own unless one is given, and what it logs. */
async function openCache(url: string, replaced: Partial<RedisDocumentCacheOptions> = {}) {
  const prefix = replaced.prefix ?? `${randomUUID()}:`
  const lines: LogLine[] = []
  const logger = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) })
  const options = { url, prefix, installationId: INSTALLATION, logger, ...replaced }
  const cache = await openRedisDocumentCache(options)
  onTestFinished(() => cache.close())
  return { cache, prefix, lines }
}

async function putOrder(cache: DocumentCache, id: string, version = 1): Promise<void> {
  await cache.put([{ projection: 'orders', document: orderDocument(id, { version }) }], await cache.now())
}

async function versionOf(cache: DocumentCache, id: string): Promise<number | undefined> {
  return (await cache.get('orders', [id])).documents.get(id)?.version
}

/** Whether the cache answers again. */
async function answers(cache: DocumentCache): Promise<boolean> {
  try {
    await cache.now()
    return true
  } catch {
    return false
  }
}

/** How long the call took to fail, in milliseconds. */
async function msToFail(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await expect(call()).rejects.toThrow(CacheUnavailable)
  return performance.now() - startedAt
}

describeOnStack(['redis'], 'the cache in Redis', (stack) => {
  let opened = 0
  const ownPrefix = () => `${stack.prefix}-${++opened}:`

  async function connect() {
    const client = createClient({ url: stack.redisUrl })
    client.on('error', () => undefined)
    await client.connect()
    onTestFinished(() => client.destroy())
    return client
  }

  it('keeps nothing personal in keys, in floors, or beyond the life of an entry', async () => {
    const { cache, prefix } = await openCache(stack.redisUrl, { prefix: ownPrefix() })
    await putOrder(cache, 'o1', 7)
    await cache.put([{ projection: 'customers', document: customerDocument('ada') }], await cache.now())
    const redis = await connect()
    const keys = (await redis.keys(`${prefix}*`)).sort()
    expect(keys).toEqual(
      ['customers:ada', 'floor:customers:ada', 'floor:orders:o1', 'orders:o1', 'period'].map(
        (key) => `${prefix}${INSTALLATION}:${key}`,
      ),
    )
    // The period stays, and is one random text.
    for (const key of keys.slice(0, -1)) {
      const isFloor = key.includes(':floor:')
      const [text, leftMs] = await Promise.all([redis.get(key), redis.pTTL(key)])
      expect(leftMs).toBeGreaterThan(0)
      expect(leftMs).toBeLessThanOrEqual(isFloor ? FLOOR_TTL_MS : ENTRY_TTL_MS)
      if (isFloor) expect(text).toMatch(/^\d+ \d+$/)
    }
  })

  it('takes what somebody else keeps under a key of ours for nothing, overwrites it, and says so once', async () => {
    const { cache, prefix, lines } = await openCache(stack.redisUrl, { prefix: ownPrefix() })
    const redis = await connect()
    const key = (name: string) => `${prefix}${INSTALLATION}:${name}`
    await redis.set(key('orders:text'), 'something else')
    const { period } = await cache.now()
    await redis.set(key('orders:cut'), `order-gateway orders@${period} {"id":"cut","vers`)
    await redis.set(key('orders:other'), `order-gateway orders@${period} ${JSON.stringify(orderDocument('another'))}`)
    await redis.rPush(key('orders:list'), 'something else')
    await redis.hSet(key('floor:orders:list'), 'a', 'b')
    await redis.set(key('floor:orders:text'), 'something else')
    const ids = ['text', 'cut', 'other', 'list']
    expect((await cache.get('orders', ids)).documents.size).toBe(0)
    for (const id of ids) await putOrder(cache, id)
    expect([...(await cache.get('orders', ids)).documents.keys()].sort()).toEqual([...ids].sort())
    expect(lines.map(({ msg }) => msg)).toEqual([expect.stringContaining('REDIS_PREFIX')])
  })

  it('INV-18 ISOLATION: keeps two installations under one prefix apart', async () => {
    const { cache, prefix } = await openCache(stack.redisUrl, { prefix: ownPrefix() })
    const { cache: other } = await openCache(stack.redisUrl, { prefix, installationId: 'installation-2' })
    await putOrder(cache, 'o1', 9)
    await putOrder(other, 'o1', 1)
    expect(await versionOf(cache, 'o1')).toBe(9)
    expect(await versionOf(other, 'o1')).toBe(1)
  })

  it('notices answers that get lost on the way, and takes another connection', async () => {
    const proxy = await startCuttableProxy(stack.redisUrl)
    const { cache } = await openCache(proxy.url, { prefix: ownPrefix() })
    onTestFinished(() => proxy.close())
    await putOrder(cache, 'o1')
    proxy.loseAnswers()
    await expect(versionOf(cache, 'o1')).rejects.toThrow(CacheUnavailable)
    proxy.cut()
    await eventually(() => answers(cache))
    await putOrder(cache, 'o1', 2)
    expect(await versionOf(cache, 'o1')).toBe(2)
  })
})

describeOnStack(['redis'], 'the cache while Redis', () => {
  let redis: Part
  let stop: () => Promise<void>

  beforeAll(async () => {
    const stack = await startPrivateStack('redis')
    redis = stack.parts.redis
    stop = stack.stop
  })
  afterAll(() => stop())
  afterEach(() => redis.restart())

  async function admin(...command: readonly string[]) {
    const client = createClient({ url: redis.address })
    client.on('error', () => undefined)
    await client.connect()
    const reply = await client.sendCommand([...command])
    client.destroy()
    return reply
  }

  it('is down: fails at once, says so once, and is used when Redis is back', async () => {
    const { cache, lines } = await openCache(redis.address)
    await putOrder(cache, 'o1')
    await redis.kill()
    await eventually(async () => !(await answers(cache)))
    for (let call = 0; call < 20; call++) expect(await msToFail(() => cache.now())).toBeLessThan(AT_ONCE_MS)
    await redis.restart()
    await eventually(() => answers(cache))
    expect(await versionOf(cache, 'o1')).toBeUndefined()
    await putOrder(cache, 'o1', 2)
    expect(await versionOf(cache, 'o1')).toBe(2)
    expect(lines.map(({ msg }) => msg)).toEqual([
      expect.stringContaining('REDIS_URL'),
      expect.stringContaining('answers again'),
    ])
  })

  it('INV-9 NO-REGRESSION: was started anew within the life of an entry: takes nothing that was read before', async () => {
    const { cache, prefix } = await openCache(redis.address)
    const { cache: slow } = await openCache(redis.address, { prefix })
    const { asOf } = await slow.get('orders', ['o1'])
    await putOrder(cache, 'o1', 2)
    await redis.kill()
    await redis.restart()
    await eventually(async () => (await answers(cache)) && (await answers(slow)))
    const older = [{ projection: 'orders', document: orderDocument('o1', { version: 1 }) }] as const
    await expect(slow.put(older, asOf)).rejects.toThrow(CacheUnavailable)
    expect(await versionOf(cache, 'o1')).toBeUndefined()
  })

  it('was started anew while the cache was suspended: is suspended and resumed as before', async () => {
    const { cache } = await openCache(redis.address)
    await putOrder(cache, 'o1')
    await cache.suspend(1)
    await redis.kill()
    await redis.restart()
    await eventually(() => answers(cache))
    await putOrder(cache, 'o1')
    await cache.suspend(1)
    expect(await versionOf(cache, 'o1')).toBeUndefined()
    await cache.resume(2)
    await cache.suspend(1)
    await putOrder(cache, 'o1', 2)
    expect(await versionOf(cache, 'o1')).toBe(2)
  })

  it('is down when the service starts: starts without it, and uses it when it is there', async () => {
    await redis.kill()
    const { cache } = await openCache(redis.address)
    expect(await cache.isReachable()).toBe(false)
    await redis.restart()
    await eventually(() => cache.isReachable())
    await putOrder(cache, 'o1')
    expect(await versionOf(cache, 'o1')).toBe(1)
  })

  it('hangs: costs one timeout, and is used again when it goes on', async () => {
    const { cache } = await openCache(redis.address)
    await putOrder(cache, 'o1')
    redis.pause()
    const calls = Array.from({ length: 20 }, () => msToFail(() => cache.now()))
    expect(Math.max(...(await Promise.all(calls)))).toBeLessThan(2_000)
    for (let call = 0; call < 20; call++) expect(await msToFail(() => cache.now())).toBeLessThan(AT_ONCE_MS)
    redis.resume()
    await eventually(() => answers(cache))
  })

  it('hangs with a put: what arrives late lives no longer for it', async () => {
    const { cache: patient, prefix } = await openCache(redis.address)
    const { cache } = await openCache(redis.address, { prefix, ttlMs: 300 })
    // Redis knows the script from now on: a put is one command, and under way when it hangs.
    await putOrder(cache, 'before')
    const asOf = await cache.now()
    redis.pause()
    // Times out after a second, so that its life is over when Redis comes to it.
    await expect(cache.put([{ projection: 'orders', document: orderDocument('o1') }], asOf)).rejects.toThrow()
    redis.resume()
    await eventually(() => answers(patient))
    await eventually(() => answers(cache))
    expect(await versionOf(patient, 'o1')).toBeUndefined()
    expect(await admin('GET', `${prefix}${INSTALLATION}:floor:orders:o1`)).toBe('1 1')
  })

  it('is full: goes on reading, says so once, and holds no put for done', async () => {
    const { cache, lines } = await openCache(redis.address)
    await putOrder(cache, 'o1')
    await admin('CONFIG', 'SET', 'maxmemory', '1')
    for (let put = 0; put < 3; put++) await expect(putOrder(cache, 'o1', 2)).rejects.toThrow(CacheUnavailable)
    expect(await versionOf(cache, 'o1')).toBe(1)
    expect(lines.map(({ msg }) => msg)).toEqual([expect.stringContaining('refuses')])
  })

  it('wants a password that was not given: says so and goes on without', async () => {
    await admin('CONFIG', 'SET', 'requirepass', 'secret')
    const { cache, lines } = await openCache(redis.address)
    await expect(cache.now()).rejects.toThrow(CacheUnavailable)
    expect(JSON.stringify(lines)).toContain('NOAUTH')
  })
})

describe('the address of Redis', () => {
  it.each(['localhost:6379', 'http://localhost', 'redis://', 'redis://host:99999', 'redis://host/orders', 'nonsense'])(
    'is refused when it is none: %s',
    async (url) => {
      await expect(openCache(url)).rejects.toThrow(/REDIS_URL/)
    },
  )

  it('is not quoted with its password', async () => {
    const error = await openCache('redis://user:hidden@host:99999').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(InvalidRedisUrl)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hidden')
  })
})
