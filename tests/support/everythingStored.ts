import { randomBytes } from 'node:crypto'
import { Client as ElasticsearchClient, type estypes } from '@elastic/elasticsearch'
import { createClient } from '@redis/client'
import type { Admin, Consumer } from 'kafkajs'
import { Client as PostgresClient } from 'pg'
import { pino } from 'pino'
import type { Config, PrefixedStore } from '../../src/config.js'
import { createKafka, type KafkaSettings } from '../../src/kafka/kafkaClient.js'

const PAGE_HITS = 1_000

/** Everything that a service keeps, wherever it keeps it, as text: rows, records, documents and cached values, keys and names included. */
export async function everythingStored({ database, kafka, elasticsearch, redis }: Config): Promise<string> {
  const texts = await Promise.all([
    database.kind === 'external' ? inPostgres(database.url) : '',
    kafka ? inKafka(kafka) : '',
    elasticsearch ? inElasticsearch(elasticsearch) : '',
    redis ? inRedis(redis) : '',
  ])
  return texts.join('\n')
}

async function inPostgres(url: string): Promise<string> {
  const postgres = new PostgresClient({ connectionString: url })
  await postgres.connect()
  try {
    const { rows: tables } = await postgres.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    const texts: string[] = []
    for (const { name } of tables) {
      const { rows } = await postgres.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`)
      texts.push(...rows.map(({ text }) => text))
    }
    return texts.join('\n')
  } finally {
    await postgres.end()
  }
}

/** Every record of every topic, by a consumer that commits nothing. */
async function inKafka(settings: KafkaSettings): Promise<string> {
  const kafka = createKafka(settings, pino({ level: 'silent' }))
  const admin = kafka.admin()
  await admin.connect()
  try {
    const ends = await endsOf(admin, settings.prefix)
    if (ends.size === 0) return ''
    const groupId = `${settings.prefix}everything-${randomBytes(5).toString('hex')}`
    const texts = await readUpTo(ends, kafka.consumer({ groupId }))
    await admin.deleteGroups([groupId])
    return texts.join('\n')
  } finally {
    await admin.disconnect()
  }
}

/** Of each partition that has records, the offset behind the last one, by `<topic>/<partition>`. */
async function endsOf(admin: Admin, prefix: string): Promise<Map<string, bigint>> {
  const ends = new Map<string, bigint>()
  for (const topic of await admin.listTopics()) {
    if (!topic.startsWith(prefix)) continue
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
      if (low !== high) ends.set(`${topic}/${partition}`, BigInt(high))
  }
  return ends
}

async function readUpTo(ends: Map<string, bigint>, consumer: Consumer): Promise<readonly string[]> {
  const texts: string[] = []
  const allRead = Promise.withResolvers<void>()
  const topics = [...new Set([...ends.keys()].map((place) => place.slice(0, place.lastIndexOf('/'))))]
  await consumer.connect()
  try {
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message: { key, value, headers, offset } }) => {
        texts.push(JSON.stringify([key, value, ...Object.entries(headers ?? {}).flat()].map(String)))
        const place = `${topic}/${partition}`
        if (BigInt(offset) + 1n >= (ends.get(place) ?? 0n)) ends.delete(place)
        if (ends.size === 0) allRead.resolve()
      },
    })
    await allRead.promise
  } finally {
    await consumer.disconnect()
  }
  return texts
}

async function inElasticsearch({ url, prefix }: PrefixedStore): Promise<string> {
  const client = new ElasticsearchClient({ node: url })
  try {
    const index = `${prefix}*`
    await client.indices.refresh({ index })
    const { id } = await client.openPointInTime({ index, keep_alive: '1m' })
    const texts: string[] = []
    let after: estypes.SortResults | undefined
    do {
      const { hits } = await client.search({
        pit: { id },
        sort: '_shard_doc',
        size: PAGE_HITS,
        track_total_hits: false,
        ...(after && { search_after: after }),
      })
      texts.push(...hits.hits.map((hit) => JSON.stringify(hit)))
      after = hits.hits.at(-1)?.sort
    } while (after)
    await client.closePointInTime({ id })
    return texts.join('\n')
  } finally {
    await client.close()
  }
}

async function inRedis({ url, prefix }: PrefixedStore): Promise<string> {
  const client = createClient({ url })
  await client.connect()
  try {
    const texts: string[] = []
    for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 }))
      for (const key of keys) texts.push(key, (await client.get(key)) ?? '')
    return texts.join('\n')
  } finally {
    client.destroy()
  }
}
