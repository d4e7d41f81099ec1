import { missingTogether, NOT_YET, type ProcessRole } from './config/requirements.js'
import { type LogLevel, type Variables, variables } from './config/variables.js'
import type { KafkaCredentials, KafkaSettings } from './kafka/kafkaClient.js'

export type { ProcessRole, ServiceRole } from './config/requirements.js'
export type { LogLevel } from './config/variables.js'

/** What a process was asked to be. Made by `parseConfig` alone; nothing else reads the environment. */
export interface Config {
  readonly role: ProcessRole
  /** Address to listen on; loopback only, as long as there is no login. */
  readonly host: string
  /** Of GraphQL. 0 = any free port. */
  readonly port: number
  /** Where a process answers /metrics, /healthz and /readyz. 0 = nowhere. */
  readonly metricsPort: number
  /** Folder of the embedded PostgreSQL and of the secrets made for it. */
  readonly dataDir: string
  readonly database: { readonly kind: 'embedded' } | { readonly kind: 'external'; readonly url: string }
  /** Undefined: the event log is the bus, and announcements are a table beside it. */
  readonly kafka: KafkaSettings | undefined
  /** Undefined: read models are in PostgreSQL. */
  readonly elasticsearch: PrefixedStore | undefined
  /** Undefined: a cache in the process where everything runs in one, none elsewhere. */
  readonly redis: PrefixedStore | undefined
  /** Undefined: made once and kept in dataDir. The first one signs or wraps, all verify or unwrap. */
  readonly tokenSecrets: readonly string[] | undefined
  readonly personalDataKeys: readonly string[] | undefined
  readonly sampleData: 'superstore' | 'none'
  readonly logLevel: LogLevel
  readonly telemetry: {
    /** Undefined: named after the role. */
    readonly serviceName: string | undefined
    /** Undefined: nothing is sent anywhere. */
    readonly otlp: OtlpSettings | undefined
  }
  readonly limits: {
    /** Bytes of a request body or a socket message. */
    readonly maxMessageBytes: number
    readonly maxSockets: number
    readonly maxOperationsPerSocket: number
  }
}

/** A collector of OpenTelemetry. */
export interface OtlpSettings {
  readonly endpoint: string
  readonly protocol: 'grpc' | 'http/protobuf' | 'http/json'
  /** Between two exports of metrics. */
  readonly intervalMs: number
}

/** A server that installations may share, each under a prefix of its own. */
export interface PrefixedStore {
  readonly url: string
  readonly prefix: string
}

/** Every fault of the environment at once: one line each, naming the variable, what was expected and what was found. */
export class InvalidEnvironment extends Error {
  override readonly name = 'InvalidEnvironment'
  constructor(readonly faults: readonly string[]) {
    super(
      `The environment does not describe a service that can start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    )
  }
}

/** Each part has a port of its own by default, so that one of each can run on a machine. */
const METRICS_PORTS: Readonly<Record<ProcessRole, number>> = {
  all: 9464,
  gateway: 9464,
  relay: 9465,
  projector: 9466,
  admin: 0,
}

/** Every variable that means something to the service; also those that it refuses. */
export const VARIABLE_NAMES: readonly string[] = [...Object.keys(variables.shape), ...Object.keys(NOT_YET)]

/** Pure. An empty variable counts as unset. Throws InvalidEnvironment with all faults. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>, role: ProcessRole = 'all'): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = variables.safeParse(set)
  const faults = [
    ...(parsed.error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')}: ${message}; found ${shown(path[0], set)}.`,
    ),
    ...missingTogether(set, role),
    ...(parsed.data ? samePort(parsed.data, role) : []),
  ]
  if (!parsed.success || faults.length > 0) throw new InvalidEnvironment(faults)
  const { data } = parsed
  return {
    role,
    host: data.HOST,
    port: data.PORT,
    metricsPort: metricsPortOf(data, role),
    dataDir: data.DATA_DIR,
    database: data.DATABASE_URL === undefined ? { kind: 'embedded' } : { kind: 'external', url: data.DATABASE_URL },
    kafka: data.KAFKA_BROKERS && kafkaSettings(data.KAFKA_BROKERS, data),
    elasticsearch: storeAt(data.ELASTICSEARCH_URL, data.ELASTICSEARCH_PREFIX),
    redis: storeAt(data.REDIS_URL, data.REDIS_PREFIX),
    tokenSecrets: data.TOKEN_SECRET,
    personalDataKeys: data.PERSONAL_DATA_KEY,
    sampleData: data.SAMPLE_DATA ?? (data.DATABASE_URL === undefined ? 'superstore' : 'none'),
    // An admin command answers by its output; that all went well needs no lines beside it.
    logLevel: data.LOG_LEVEL ?? (role === 'admin' ? 'warn' : 'info'),
    telemetry: { serviceName: data.OTEL_SERVICE_NAME, otlp: otlpSettings(data) },
    limits: {
      maxMessageBytes: data.MAX_MESSAGE_BYTES,
      maxSockets: data.MAX_SOCKETS,
      maxOperationsPerSocket: data.MAX_OPERATIONS_PER_SOCKET,
    },
  }
}

function metricsPortOf({ METRICS_PORT }: Variables, role: ProcessRole): number {
  return METRICS_PORT ?? METRICS_PORTS[role]
}

/** Else the service would say of itself that another program has the port. */
function samePort(data: Variables, role: ProcessRole): readonly string[] {
  const listens = role === 'all' || role === 'gateway'
  if (!listens || data.PORT === 0 || data.PORT !== metricsPortOf(data, role)) return []
  return [`METRICS_PORT: expected another port than PORT has; found ${data.PORT} for both.`]
}

function kafkaSettings(brokers: readonly string[], data: Variables): KafkaSettings {
  const sasl = credentialsOf(data)
  return {
    brokers,
    prefix: data.KAFKA_PREFIX,
    partitions: data.KAFKA_PARTITIONS,
    replicationFactor: data.KAFKA_REPLICATION_FACTOR ?? -1,
    tls: data.KAFKA_TLS,
    ...(sasl && { sasl }),
  }
}

function credentialsOf(data: Variables): KafkaCredentials | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = data
  return mechanism && username && password ? { mechanism, username, password } : undefined
}

function otlpSettings(data: Variables): OtlpSettings | undefined {
  const endpoint = data.OTEL_EXPORTER_OTLP_ENDPOINT
  if (endpoint === undefined || data.OTEL_SDK_DISABLED) return undefined
  return { endpoint, protocol: data.OTEL_EXPORTER_OTLP_PROTOCOL, intervalMs: data.OTEL_METRIC_EXPORT_INTERVAL }
}

function storeAt(url: string | undefined, prefix: string): PrefixedStore | undefined {
  return url === undefined ? undefined : { url, prefix }
}

const SECRET = new Set([
  'TOKEN_SECRET',
  'PERSONAL_DATA_KEY',
  'DATABASE_URL',
  'ELASTICSEARCH_URL',
  'REDIS_URL',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'OTEL_EXPORTER_OTLP_HEADERS',
])

/** What was found, without giving a secret away. */
function shown(name: PropertyKey | undefined, set: Readonly<Record<string, string | undefined>>): string {
  return SECRET.has(String(name)) ? 'something else' : JSON.stringify(set[String(name)])
}
