import { randomBytes } from 'node:crypto'
import { Client } from '@elastic/elasticsearch'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventTopics, projectionResultsTopic } from '../../src/contract/topics.js'
import { aliasOf } from '../../src/read/elasticsearch/indices.js'
import { createTestDatabase, type TestDatabase } from '../support/postgres.js'
import { ServiceProcess, type ServiceRole } from '../support/serviceProcess.js'
import { describeOnStack } from '../support/stack/onStack.js'

/** The patience of a start, and the start itself. */
const TEST_TIMEOUT_MS = 150_000

describeOnStack(['kafka', 'elasticsearch', 'redis'], 'a start on a bad day', (stack) => {
  let ours: TestDatabase
  let theirs: TestDatabase
  let search: Client
  let admin: Admin
  let wrongBroker: ServiceProcess
  const processes: ServiceProcess[] = []
  const secrets = { TOKEN_SECRET: randomBytes(32).toString('hex'), PERSONAL_DATA_KEY: randomBytes(32).toString('hex') }

  function start(role: ServiceRole, env: Readonly<Record<string, string>> = {}): ServiceProcess {
    const started = new ServiceProcess({ ...stack.environment, DATABASE_URL: ours.url, ...secrets, ...env }, role)
    processes.push(started)
    return started
  }

  /** Under this prefix nobody has been yet. */
  const freshKafka = (name: string) => ({ KAFKA_PREFIX: `${stack.prefix}.${name}.` })
  const freshElasticsearch = (name: string) => ({ ELASTICSEARCH_PREFIX: `${stack.prefix}-${name}-` })

  /** All that it says beside its log. */
  async function lastWords(refused: ServiceProcess): Promise<string> {
    expect(await refused.exited()).toBe(1)
    const lines = refused.output.trim().split('\n')
    const said = lines.filter((line) => !line.startsWith('{'))
    expect(said).toHaveLength(1)
    expect(said).toEqual(lines.slice(-1))
    return said[0] ?? ''
  }

  // One installation has been here, with topics and indices.
  beforeAll(async () => {
    ;[ours, theirs] = await Promise.all([createTestDatabase(), createTestDatabase()])
    search = new Client({ node: stack.elasticsearchUrl })
    const kafka = new Kafka({ brokers: [...stack.kafkaBrokers], logLevel: logLevel.NOTHING })
    admin = kafka.admin()
    await admin.connect()
    // Begun first, since it takes as long as a start waits for a server. Something listens there, and it is no broker.
    wrongBroker = start('relay', { KAFKA_BROKERS: new URL(stack.elasticsearchUrl).host })
    const first = [start('relay'), start('projector')]
    for (const each of first) await each.ready()
    for (const each of first) each.signal('SIGTERM')
    await Promise.all(first.map((each) => each.exited()))
  }, TEST_TIMEOUT_MS)
  afterAll(async () => {
    await Promise.all(processes.map((each) => each.kill()))
    await admin?.disconnect()
    await search?.close()
    await Promise.all([ours?.drop(), theirs?.drop()])
  })

  it(
    'is refused where another installation has the prefix, on Kafka and on Elasticsearch',
    async () => {
      const other = { DATABASE_URL: theirs.url }
      const [onKafka, onElasticsearch] = [
        start('relay', { ...other, ...freshElasticsearch('other') }),
        start('projector', { ...other, ...freshKafka('other') }),
      ]
      expect(await lastWords(onKafka)).toMatch(/installation.*found.*KAFKA_PREFIX/)
      expect(await lastWords(onElasticsearch)).toMatch(/ELASTICSEARCH_PREFIX: .*two installations share this prefix/)
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'is refused where topics were made with fewer partitions, or announcements with more than one',
    async () => {
      const [few, wide] = [freshKafka('few'), freshKafka('wide')]
      await admin.createTopics({
        waitForLeaders: true,
        topics: [
          ...eventTopics(few.KAFKA_PREFIX).map((topic) => ({ topic, numPartitions: 2 })),
          { topic: projectionResultsTopic(wide.KAFKA_PREFIX), numPartitions: 3 },
        ],
      })
      const [onFew, onWide] = [start('relay', few), start('gateway', wide)]
      expect(await lastWords(onFew)).toMatch(/to have 6 partitions, found 2: set KAFKA_PARTITIONS/)
      expect(await lastWords(onWide)).toMatch(/to have 1 partition, found 3: .*KAFKA_PREFIX/)
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'is refused where indices are of another version, of another mapping, or somebody else’s',
    async () => {
      const orders = aliasOf(stack.environment.ELASTICSEARCH_PREFIX ?? '', 'orders')
      const [mapping] = Object.values(await search.indices.getMapping({ index: orders }))
      const signed = mapping?.mappings._meta ?? {}
      const foreign = freshElasticsearch('foreign')
      await search.indices.create({ index: aliasOf(foreign.ELASTICSEARCH_PREFIX, 'products') })

      await search.indices.putMapping({ index: orders, _meta: { ...signed, version: 7 } })
      const [ofNewer, ofForeign] = [start('projector'), start('gateway', foreign)]
      expect(await lastWords(ofNewer)).toMatch(/ELASTICSEARCH_PREFIX: expected .* found version 7: start the release/)
      expect(await lastWords(ofForeign)).toMatch(/ELASTICSEARCH_PREFIX: .*not made: choose another prefix/)

      await search.indices.putMapping({ index: orders, _meta: { ...signed, mapping: 'of another release' } })
      expect(await lastWords(start('gateway'))).toMatch(/ELASTICSEARCH_PREFIX: .*with another mapping/)
      await search.indices.putMapping({ index: orders, _meta: signed })
      await start('gateway').ready()
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'ends where the address is not that of a broker',
    async () => {
      expect(await lastWords(wrongBroker)).toMatch(
        /^KAFKA_BROKERS: expected Kafka to answer, .* or correct KAFKA_BROKERS/,
      )
    },
    TEST_TIMEOUT_MS,
  )
})
