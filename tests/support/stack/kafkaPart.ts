import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import type { Logger } from 'pino'
import { findJdk } from './javaHome.js'
import { downloadJars } from './mavenJars.js'
import { onceMade } from './onceMade.js'
import type { Part } from './part.js'
import { stablePort } from './ports.js'
import { jvmFlags, type Purpose } from './purpose.js'
import { startServerPart } from './serverPart.js'
import { KAFKA_VERSION } from './versions.js'

const run = promisify(execFile)

const OLDEST_JAVA = 17
const HEAP = '384m'
/** Any UUID in base64url that does not begin with a hyphen: Kafka would take that for an option. */
const CLUSTER_ID = 'b3JkZXItZ2F0ZXdheS1zdA'
/** The second keeps a logging facade from complaining that it has nobody to log to; Kafka's own log goes through log4j. */
const ARTIFACTS = [`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`, 'org.slf4j:slf4j-nop:1.7.36']

export interface KafkaInstallation {
  readonly java: string
  readonly classPath: string
}

/** Throws PartUnavailable. */
export async function installKafka(logger: Logger): Promise<KafkaInstallation> {
  const jdk = await findJdk(OLDEST_JAVA)
  const folder = await onceMade(`kafka-${KAFKA_VERSION}`, logger, (stage) => downloadJars(ARTIFACTS, stage))
  return { java: join(jdk.home, 'bin', 'java'), classPath: join(folder, 'lib', '*') }
}

/**
 * A second way to the broker, by a proxy: whoever comes over it is told the proxy's address for everything that follows, where a broker else
 * sends its clients to itself.
 */
export interface ProxiedListener {
  /** Where the broker listens for the proxy. */
  readonly port: number
  readonly proxyPort: number
}

/** One broker that is its own controller, in an empty folder. */
export async function startKafka(
  { java, classPath }: KafkaInstallation,
  folder: string,
  purpose: Purpose,
  proxied?: ProxiedListener,
): Promise<Part> {
  await mkdir(folder, { recursive: true })
  const port = await stablePort()
  const properties = join(folder, 'server.properties')
  await writeFile(properties, propertiesOf(folder, port, await stablePort(), proxied))
  await run(java, ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties])
  const address = `127.0.0.1:${port}`
  return startServerPart({
    name: 'kafka',
    address,
    program: {
      command: java,
      args: [...jvmFlags(purpose, HEAP), '-cp', classPath, 'kafka.Kafka', properties],
      folder,
      logFile: join(folder, 'kafka.log'),
    },
    answers: () => answers(address),
  })
}

function propertiesOf(folder: string, port: number, controllerPort: number, proxied?: ProxiedListener): string {
  const byProxy = (listenerPort: number | undefined) => (proxied ? [`PROXIED://127.0.0.1:${listenerPort}`] : [])
  const direct = `PLAINTEXT://127.0.0.1:${port}`
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: [direct, ...byProxy(proxied?.port), `CONTROLLER://127.0.0.1:${controllerPort}`].join(),
    'advertised.listeners': [direct, ...byProxy(proxied?.proxyPort)].join(),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    // What the service needs it makes, with the partitions it wants.
    'auto.create.topics.enable': false,
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    // After kill -9 the controller lets a broker in again only when the session of its former life is over: 9 s by default.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    // A group begins as soon as its first member has come, where a production waits for the others.
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'log.cleaner.threads': 1,
    'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** Metadata and a group's coordinator, which comes last of what a client needs. */
async function answers(address: string): Promise<boolean> {
  const kafka = new Kafka({
    clientId: 'stack',
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    await admin.fetchOffsets({ groupId: 'stack' })
    return brokers.length === 1
  } finally {
    await admin.disconnect()
  }
}
