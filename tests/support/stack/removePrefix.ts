import { Client } from '@elastic/elasticsearch'
import { createClient } from '@redis/client'
import { pino } from 'pino'
import { createKafka } from '../../../src/kafka/kafkaClient.js'
import type { PartName } from './part.js'

/** Remove from one server whatever has a name that begins with the prefix, so that the traces of finished test files do not pile up. */
export const REMOVE_PREFIX: Record<
  Exclude<PartName, 'postgres'>,
  (address: string, prefix: string) => Promise<void>
> = {
  kafka: removeTopics,
  elasticsearch: removeIndices,
  redis: removeKeys,
}

async function removeTopics(broker: string, prefix: string): Promise<void> {
  const settings = { brokers: [broker], prefix, partitions: 1, replicationFactor: -1, tls: false }
  const admin = createKafka(settings, pino({ level: 'silent' })).admin()
  await admin.connect()
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
    if (topics.length > 0) await admin.deleteTopics({ topics })
  } finally {
    await admin.disconnect()
  }
}

async function removeIndices(node: string, prefix: string): Promise<void> {
  const client = new Client({ node })
  try {
    // By name: servers refuse to delete by pattern unless told otherwise, and this one must not be more lenient than a production's.
    const indices = await client.cat.indices({
      index: `${prefix}*`,
      format: 'json',
      h: ['index'],
      expand_wildcards: 'all',
    })
    const names = indices.flatMap(({ index }) => index ?? [])
    if (names.length > 0) await client.indices.delete({ index: names, ignore_unavailable: true })
  } finally {
    await client.close()
  }
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const client = createClient({ url })
  // Calls fail with the same error; without a listener the event would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 }))
      if (keys.length > 0) await client.unlink(keys)
  } finally {
    client.destroy()
  }
}
