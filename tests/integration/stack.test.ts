import { createClient } from '@redis/client'
import type { Admin } from 'kafkajs'
import { Client } from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createKafka } from '../../src/kafka/kafkaClient.js'
import { eventually } from '../support/eventually.js'
import { isRunning, stateOf } from '../support/processState.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { type PrivateStack, startPrivateStack } from '../support/stack/privateStack.js'
import { StackOfFile } from '../support/stack/stackOfFile.js'

const START_TIMEOUT_MS = 120_000

describe.skipIf(Object.keys(inject('stack').missing).length > 0)('a stack of one file alone', () => {
  let stack: PrivateStack<'kafka' | 'elasticsearch' | 'redis' | 'postgres'>
  beforeAll(async () => {
    stack = await startPrivateStack('kafka', 'elasticsearch', 'redis', 'postgres')
  }, START_TIMEOUT_MS)
  afterAll(() => stack?.stop())

  it(
    'keeps the topics of Kafka over kill -9 and restart, at the same address',
    async () => {
      const { kafka } = stack.parts
      const { address, pid } = kafka
      await withAdmin(address, (admin) => admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }] }))
      await kafka.kill()
      expect(await isRunning(pid)).toBe(false)
      await kafka.restart()
      expect(kafka.pid).not.toBe(pid)
      expect(kafka.address).toBe(address)
      expect(await withAdmin(address, (admin) => admin.listTopics())).toContain('kept')
    },
    START_TIMEOUT_MS,
  )

  it(
    'keeps acknowledged documents of Elasticsearch over kill -9 and restart',
    async () => {
      const { elasticsearch } = stack.parts
      const url = `${elasticsearch.address}/kept/_doc/1`
      const written = await fetch(url, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: '{"answer":42}',
      })
      expect(written.status).toBe(201)
      await elasticsearch.restart()
      const found = await eventually(async () => {
        const response = await fetch(url)
        return response.ok && response.json()
      })
      expect(found).toMatchObject({ _source: { answer: 42 } })
    },
    START_TIMEOUT_MS,
  )

  it('keeps the rows of PostgreSQL over kill -9 and restart', async () => {
    const { postgres } = stack.parts
    await query(postgres.address, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await postgres.kill()
    await postgres.restart()
    expect(await query(postgres.address, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it('brings Redis back empty, as a cache is', async () => {
    const { redis } = stack.parts
    await withRedis(redis.address, (client) => client.set('key', 'value'))
    await redis.restart()
    expect(await withRedis(redis.address, (client) => client.get('key'))).toBeNull()
  })

  it('pauses a server with its connections open, and lets it go on', async () => {
    const { redis } = stack.parts
    await withRedis(redis.address, async (client) => {
      redis.pause()
      await eventually(async () => (await stateOf(redis.pid)) === 'T')
      const pong = client.ping()
      redis.resume()
      expect(await pong).toBe('PONG')
    })
  })
})

describeOnStack(['kafka', 'elasticsearch', 'redis'], 'the stack of a run', (stack) => {
  it('gives each file its own prefix, under which nothing is left in the end', async () => {
    const file = await StackOfFile.open('kafka', 'elasticsearch', 'redis')
    expect(file.prefix).not.toBe(stack.prefix)
    const [broker = ''] = file.kafkaBrokers
    const topic = `${file.prefix}.topic`
    const index = `${file.elasticsearchUrl}/${file.prefix}-index`
    await withAdmin(broker, (admin) => admin.createTopics({ topics: [{ topic }] }))
    expect((await fetch(index, { method: 'PUT' })).ok).toBe(true)
    await withRedis(file.redisUrl, (client) => client.set(`${file.prefix}:key`, 'value'))

    await file.removeTraces()

    expect(await withAdmin(broker, (admin) => admin.listTopics())).not.toContain(topic)
    expect((await fetch(index)).status).toBe(404)
    expect(await withRedis(file.redisUrl, (client) => client.get(`${file.prefix}:key`))).toBeNull()
  })

  it('gives the variables with which the service runs on it', () => {
    expect(stack.environment).toEqual({
      KAFKA_BROKERS: stack.kafkaBrokers[0],
      KAFKA_PREFIX: `${stack.prefix}.`,
      ELASTICSEARCH_URL: stack.elasticsearchUrl,
      ELASTICSEARCH_PREFIX: `${stack.prefix}-`,
      REDIS_URL: stack.redisUrl,
      REDIS_PREFIX: `${stack.prefix}:`,
    })
  })
})

async function withAdmin<Result>(broker: string, use: (admin: Admin) => Promise<Result>): Promise<Result> {
  const settings = { brokers: [broker], prefix: '', partitions: 1, replicationFactor: -1, tls: false }
  const admin = createKafka(settings, pino({ level: 'silent' })).admin()
  await admin.connect()
  try {
    return await use(admin)
  } finally {
    await admin.disconnect()
  }
}

const redisClient = (url: string) => createClient({ url })

async function withRedis<Result>(
  url: string,
  use: (client: ReturnType<typeof redisClient>) => Promise<Result>,
): Promise<Result> {
  const client = redisClient(url)
  // Calls fail with the same error; without a listener the event would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await use(client)
  } finally {
    client.destroy()
  }
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
