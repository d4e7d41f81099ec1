import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { Client } from 'pg'
import { pino } from 'pino'
import { eventTopics } from '../../../src/contract/topics.js'
import { createKafka, type KafkaSettings } from '../../../src/kafka/kafkaClient.js'
import { openElasticsearchReadStore } from '../../../src/read/elasticsearch/openElasticsearchReadStore.js'
import type { ReadStore } from '../../../src/read/readStore.js'
import { openLogReader } from '../../../src/write/index.js'
import { type CuttableProxy, startCuttableProxy } from '../../support/cuttableProxy.js'
import { eventually } from '../../support/eventually.js'
import { ServiceProcess } from '../../support/serviceProcess.js'
import { stablePort } from '../../support/stack/ports.js'
import { type PrivateStack, startPrivateStackWith } from '../../support/stack/privateStack.js'
import type { Installation } from './verify.js'

const ROLES = ['gateway', 'relay', 'projector'] as const
const SERVERS = ['kafka', 'elasticsearch', 'redis', 'postgres'] as const
export type Role = (typeof ROLES)[number]
export type Server = (typeof SERVERS)[number]
export type Victim = Role | Server

const EACH = 2
/** Long enough that everybody notices. */
const AWAY_MS = 3_000
/** A member that is silent for 10 seconds is out of its group. */
const TAKE_OVER_MS = 60_000
/** Many times what the relay takes from one send to the next. */
const STANDS_STILL_MS = 1_000
const logger = pino({ level: 'silent' })

/**
 * Two of each part of the service, as processes, on real servers that are theirs alone. Elasticsearch and Kafka are reached
 * through proxies that can be cut.
 */
export class FaultCluster {
  readonly #processes: Record<Role, ServiceProcess[]> = { gateway: [], relay: [], projector: [] }
  #gatewayUrls: readonly string[] = []

  private constructor(
    readonly installation: Installation,
    readonly environment: Readonly<Record<string, string>>,
    private readonly stack: PrivateStack<Server>,
    private readonly searchProxy: CuttableProxy,
    private readonly kafkaProxy: CuttableProxy,
    private readonly store: ReadStore,
  ) {}

  static async start(): Promise<FaultCluster> {
    const kafkaPort = await stablePort()
    const kafkaProxy = await startCuttableProxy(`kafka://127.0.0.1:${kafkaPort}`)
    const proxyPort = Number(new URL(kafkaProxy.url).port)
    const stack = await startPrivateStackWith({ proxiedKafka: { port: kafkaPort, proxyPort } }, ...SERVERS)
    const { kafka, elasticsearch, redis, postgres } = stack.parts
    const searchProxy = await startCuttableProxy(elasticsearch.address)
    const tokenSecret = randomBytes(32).toString('hex')
    const personalDataKey = randomBytes(32).toString('hex')
    const settings: KafkaSettings = {
      brokers: [kafka.address],
      prefix: 'faults.',
      partitions: 6,
      replicationFactor: -1,
      tls: false,
    }
    const environment = {
      DATABASE_URL: postgres.address,
      KAFKA_BROKERS: new URL(kafkaProxy.url).host,
      KAFKA_PREFIX: settings.prefix,
      ELASTICSEARCH_URL: searchProxy.url,
      ELASTICSEARCH_PREFIX: 'faults-',
      REDIS_URL: redis.address,
      TOKEN_SECRET: tokenSecret,
      PERSONAL_DATA_KEY: personalDataKey,
    }
    const log = await openLogReader({ databaseUrl: postgres.address, logger })
    await log.close()
    const store = await openElasticsearchReadStore({
      url: elasticsearch.address,
      prefix: environment.ELASTICSEARCH_PREFIX,
      installationId: log.installationId,
      logger,
    })
    const installation = {
      databaseUrl: postgres.address,
      kafka: settings,
      documents: store.documents,
      tokenSecrets: [tokenSecret],
      personalDataKeys: [personalDataKey],
    }
    const cluster = new FaultCluster(installation, environment, stack, searchProxy, kafkaProxy, store)
    try {
      for (const role of ROLES) for (let n = 0; n < EACH; n++) cluster.#launch(role)
      await Promise.all(ROLES.flatMap((role) => cluster.#processes[role].map((each) => each.ready())))
      await cluster.#lookForGateways()
    } catch (error) {
      // Nobody else knows of the processes yet.
      await cluster.stop()
      throw error
    }
    return cluster
  }

  get gatewayUrls(): readonly string[] {
    return this.#gatewayUrls
  }

  /** kill -9, and back after some seconds. One of two processes of a role, or the one server. */
  async killAndRestart(victim: Victim): Promise<void> {
    if (isRole(victim)) {
      const [killed] = this.#processes[victim].splice(0, 1)
      await killed?.kill()
      await delay(AWAY_MS)
      await this.#launch(victim).ready()
      await this.#lookForGateways()
    } else {
      await this.stack.parts[victim].kill()
      await delay(AWAY_MS)
      await this.stack.parts[victim].restart()
    }
  }

  /** Stops a projector where it is until another has its partitions, then lets it go on. */
  async pausePastSession(): Promise<void> {
    const [paused] = this.#processes.projector
    paused?.signal('SIGSTOP')
    await eventually(async () => (await this.#projectorsInGroup()) === EACH - 1, TAKE_OVER_MS)
    paused?.signal('SIGCONT')
    await eventually(async () => (await this.#projectorsInGroup()) === EACH, TAKE_OVER_MS)
  }

  /** Stops the leading relay where it is and ends its session, until the other one leads; then lets it go on with the page that it has in hand. */
  async pauseLeadingRelay(): Promise<void> {
    const leader = await eventually(() => this.#processes.relay.find(isLeading))
    leader.signal('SIGSTOP')
    await this.#endRelaySessions()
    await eventually(() => this.#processes.relay.some((each) => each !== leader && isLeading(each)), TAKE_OVER_MS)
    leader.signal('SIGCONT')
    await eventually(() => !isLeading(leader), TAKE_OVER_MS)
  }

  /** Loses an answer of Elasticsearch on its way, then breaks every connection to it. */
  async cutElasticsearch(): Promise<void> {
    this.searchProxy.loseAnswers()
    await eventually(() => this.searchProxy.hasLost(), TAKE_OVER_MS)
    this.searchProxy.cut()
  }

  /**
   * Loses Kafka's answers on their way, then breaks every connection to it. In a load the relay sends on and on, so that a topic on which nothing
   * more comes is one whose last acknowledgement was lost.
   */
  async cutKafka(): Promise<void> {
    this.kafkaProxy.loseAnswers()
    let events = await this.#eventsOnKafka()
    let since = performance.now()
    await eventually(async () => {
      const now = await this.#eventsOnKafka()
      if (now !== events) since = performance.now()
      events = now
      return this.kafkaProxy.hasLost() && performance.now() - since > STANDS_STILL_MS
    }, TAKE_OVER_MS)
    this.kafkaProxy.cut()
  }

  /** Whether every process that was started, and not killed by us, is still there. */
  get everyProcessRuns(): boolean {
    return Object.values(this.#processes).every(
      (some) => some.length === EACH && some.every(({ isRunning }) => isRunning),
    )
  }

  async stop(): Promise<void> {
    for (const each of Object.values(this.#processes).flat()) await each.kill()
    await this.store.close()
    await this.searchProxy.close()
    await this.kafkaProxy.close()
    await this.stack.stop()
  }

  #launch(role: Role): ServiceProcess {
    const started = new ServiceProcess(this.environment, role)
    this.#processes[role].push(started)
    return started
  }

  async #lookForGateways(): Promise<void> {
    this.#gatewayUrls = await Promise.all(this.#processes.gateway.map((each) => each.url()))
  }

  async #endRelaySessions(): Promise<void> {
    const client = new Client({ connectionString: this.installation.databaseUrl })
    await client.connect()
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order-gateway log consumer'",
    )
    await client.end()
  }

  /** Asked of the broker directly. */
  #eventsOnKafka(): Promise<number> {
    return this.#askKafka(async (admin) => {
      const partitions = await Promise.all(
        eventTopics(this.installation.kafka.prefix).map((topic) => admin.fetchTopicOffsets(topic)),
      )
      return partitions.flat().reduce((sum, { high }) => sum + Number(high), 0)
    })
  }

  #projectorsInGroup(): Promise<number> {
    return this.#askKafka(async (admin) => {
      const { group } = await this.store.generations.open(1)
      const { groups } = await admin.describeGroups([`${this.installation.kafka.prefix}${group}`])
      return groups[0]?.state === 'Stable' ? groups[0].members.length : -1
    })
  }

  async #askKafka<Answer>(ask: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    const admin = createKafka(this.installation.kafka, logger).admin()
    await admin.connect()
    try {
      return await ask(admin)
    } finally {
      await admin.disconnect()
    }
  }
}

/** By what it has said last. */
function isLeading({ output }: ServiceProcess): boolean {
  return output.lastIndexOf('Active consumer of the group') > output.lastIndexOf('Not the active consumer')
}

function isRole(victim: Victim): victim is Role {
  return ROLES.some((role) => role === victim)
}
