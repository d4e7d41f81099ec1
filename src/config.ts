import { z } from 'zod'
import type { KafkaCredentials, KafkaSettings } from './bus/kafka/kafkaClient.js'

/** Which parts of the service a process runs: all of them (`npm start`), or one (`npm run start:gateway` and the like). */
export type ProcessRole = 'all' | 'gateway' | 'relay' | 'projector'

/** What a process was asked to be. Made by `parseConfig` alone; nothing else reads the environment. */
export interface Config {
  readonly role: ProcessRole
  /** Address to listen on; loopback only, as long as there is no login. */
  readonly host: string
  /** Of GraphQL. 0 = any free port. */
  readonly port: number
  /** Where a relay and a projector answer /healthz and /readyz. 0 = nowhere. */
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
  readonly limits: {
    /** Bytes of a request body or a socket message. */
    readonly maxMessageBytes: number
    readonly maxSockets: number
    readonly maxOperationsPerSocket: number
  }
}

/** A server that installations may share, each under a prefix of its own. */
export interface PrefixedStore {
  readonly url: string
  readonly prefix: string
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Every fault of the environment at once: one line each, naming the variable, what was expected and what was found. */
export class InvalidEnvironment extends Error {
  override readonly name = 'InvalidEnvironment'
  constructor(readonly faults: readonly string[]) {
    super(
      `The environment does not describe a service that can start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    )
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/** Set in the environment, but for a part that this release does not have: starting without it would not be what was asked for. */
const NOT_YET: Readonly<Record<string, string>> = {
  AUTH_JWKS_URL: 'there is no login, and the service listens on loopback only',
  AUTH_JWT_SECRET: 'there is no login, and the service listens on loopback only',
}

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `expected a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `expected a whole number from ${from} to ${to}`)

const secrets = (what: string) =>
  z
    .string()
    .transform((list) => list.split(',').map((each) => each.trim()))
    .refine(
      (list) => list.every((each) => each.length >= 32),
      `expected ${what}, each of at least 32 characters, separated by commas`,
    )
    .optional()

const address = (example: string, protocols: RegExp) =>
  z
    .string()
    .refine((value) => URL.canParse(value) && protocols.test(value), `expected an address like ${example}`)
    .optional()

/** What may stand in the name of a topic, an index and a key alike. */
const prefix = (byDefault: string) =>
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._:-]{0,63}$/,
      'expected 1 to 64 lower case letters, digits and . _ : -, a letter or digit first',
    )
    .default(byDefault)

const yesOrNo = z.enum(['true', 'false'], 'expected true or false').transform((value) => value === 'true')

/** Each part has a port of its own by default, so that one of each can run on a machine. */
const METRICS_PORTS: Readonly<Record<ProcessRole, number>> = { all: 9464, gateway: 9464, relay: 9465, projector: 9466 }

const variables = z.object({
  HOST: z
    .string()
    .regex(
      LOOPBACK,
      'expected a loopback address (127.0.0.1, ::1 or localhost): without a login the service is open to everyone who reaches it',
    )
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  DATA_DIR: z.string().default('.data'),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  DATABASE_URL: address('postgresql://user:password@host:5432/database', /^postgres(ql)?:\/\/.+/),
  KAFKA_BROKERS: z
    .string()
    .transform((list) => list.split(',').map((each) => each.trim()))
    .refine(
      (list) => list.every((each) => /^[^\s:/]+:\d{1,5}$/.test(each)),
      'expected host:port, one or more of them separated by commas',
    )
    .optional(),
  KAFKA_PREFIX: prefix('order-gateway.').refine((value) => !value.includes(':'), 'expected no colon: topics have none'),
  KAFKA_PARTITIONS: wholeNumber(1, 1_000).default(6),
  KAFKA_REPLICATION_FACTOR: wholeNumber(1, 100).optional(),
  KAFKA_TLS: yesOrNo.default(false),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], 'expected plain, scram-sha-256 or scram-sha-512')
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  ELASTICSEARCH_URL: address('http://user:password@host:9200', /^https?:\/\//),
  ELASTICSEARCH_PREFIX: prefix('order-gateway-').refine(
    (value) => !value.includes(':'),
    'expected no colon: indices have none',
  ),
  REDIS_URL: address('redis://user:password@host:6379', /^rediss?:\/\//),
  REDIS_PREFIX: prefix('order-gateway:'),
  TOKEN_SECRET: secrets('one secret or more'),
  PERSONAL_DATA_KEY: secrets('one key or more'),
  SAMPLE_DATA: z.enum(['superstore', 'none'], 'expected superstore or none').optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`).default('info'),
  NODE_ENV: z
    .string()
    .refine(
      (value) => value !== 'production',
      'production needs a login, which this release does not have; leave it unset to run on this machine',
    )
    .optional(),
  MAX_MESSAGE_BYTES: wholeNumber(1_024, 16_777_216).default(262_144),
  MAX_SOCKETS: wholeNumber(1, 100_000).default(10_000),
  MAX_OPERATIONS_PER_SOCKET: wholeNumber(1, 10_000).default(100),
})

/** What a process that runs one part needs: whatever its parts share has to be somewhere where all of them reach it. */
const SHARED_BY_PARTS: Readonly<Record<string, string>> = {
  DATABASE_URL: 'the event log',
  KAFKA_BROKERS: 'the way of events between the parts',
  ELASTICSEARCH_URL: 'the read models',
}
const SASL = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']

/** Pure. An empty variable counts as unset. Throws InvalidEnvironment with all faults. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>, role: ProcessRole = 'all'): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = variables.safeParse(set)
  const faults = [
    ...(parsed.error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')}: ${message}; found ${shown(path[0], set)}.`,
    ),
    ...missingTogether(set, role),
  ]
  if (!parsed.success || faults.length > 0) throw new InvalidEnvironment(faults)
  const { data } = parsed
  return {
    role,
    host: data.HOST,
    port: data.PORT,
    metricsPort: data.METRICS_PORT ?? METRICS_PORTS[role],
    dataDir: data.DATA_DIR,
    database: data.DATABASE_URL === undefined ? { kind: 'embedded' } : { kind: 'external', url: data.DATABASE_URL },
    kafka: data.KAFKA_BROKERS && kafkaSettings(data.KAFKA_BROKERS, data),
    elasticsearch: storeAt(data.ELASTICSEARCH_URL, data.ELASTICSEARCH_PREFIX),
    redis: storeAt(data.REDIS_URL, data.REDIS_PREFIX),
    tokenSecrets: data.TOKEN_SECRET,
    personalDataKeys: data.PERSONAL_DATA_KEY,
    sampleData: data.SAMPLE_DATA ?? (data.DATABASE_URL === undefined ? 'superstore' : 'none'),
    logLevel: data.LOG_LEVEL,
    limits: {
      maxMessageBytes: data.MAX_MESSAGE_BYTES,
      maxSockets: data.MAX_SOCKETS,
      maxOperationsPerSocket: data.MAX_OPERATIONS_PER_SOCKET,
    },
  }
}

/** Variables that are missing, or there in vain, because of which others are set. */
function missingTogether(set: Readonly<Record<string, unknown>>, role: ProcessRole): readonly string[] {
  const secretsFor = 'DATABASE_URL' in set ? ['TOKEN_SECRET', 'PERSONAL_DATA_KEY'] : []
  const sasl = SASL.some((name) => name in set) ? SASL : []
  return [
    ...Object.keys(NOT_YET)
      .filter((name) => name in set)
      .map((name) => `${name}: expected unset: in this release ${NOT_YET[name]}.`),
    ...Object.keys(role === 'all' ? {} : SHARED_BY_PARTS)
      .filter((name) => !(name in set))
      .map(
        (name) =>
          `${name}: required by start:${role}: ${SHARED_BY_PARTS[name]} is shared by all parts; npm start runs them in one process without it.`,
      ),
    ...secretsFor
      .filter((name) => !(name in set))
      .map(
        (name) =>
          `${name}: required with DATABASE_URL (only the embedded database keeps one of its own); set at least 32 random characters, the same for every process.`,
      ),
    ...sasl
      .filter((name) => !(name in set))
      .map((name) => `${name}: required with the other KAFKA_SASL_ variables; set it, or none of them.`),
  ]
}

function kafkaSettings(brokers: readonly string[], data: z.output<typeof variables>): KafkaSettings {
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

function credentialsOf(data: z.output<typeof variables>): KafkaCredentials | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = data
  return mechanism && username && password ? { mechanism, username, password } : undefined
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
])

/** What was found, without giving a secret away. */
function shown(name: PropertyKey | undefined, set: Readonly<Record<string, string | undefined>>): string {
  return SECRET.has(String(name)) ? 'something else' : JSON.stringify(set[String(name)])
}
