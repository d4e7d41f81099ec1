import { z } from 'zod'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

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

/** What may stand in the name of a topic and of an index alike. */
const prefix = (byDefault: string) =>
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,63}$/,
      'expected 1 to 64 lower case letters, digits and . _ -, a letter or digit first',
    )
    .default(byDefault)

/** A key's name may hold colons besides, as is the custom. */
const keyPrefix = (byDefault: string) =>
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._:-]{0,63}$/,
      'expected 1 to 64 lower case letters, digits and . _ : -, a letter or digit first',
    )
    .default(byDefault)

const yesOrNo = z.enum(['true', 'false'], 'expected true or false').transform((value) => value === 'true')

/** Every variable by itself: type, unit, default. What one asks of another is in requirements.ts. */
export const variables = z.object({
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
  KAFKA_PREFIX: prefix('order-gateway.'),
  KAFKA_PARTITIONS: wholeNumber(1, 1_000).default(6),
  KAFKA_REPLICATION_FACTOR: wholeNumber(1, 100).optional(),
  KAFKA_TLS: yesOrNo.default(false),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], 'expected plain, scram-sha-256 or scram-sha-512')
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  ELASTICSEARCH_URL: address('http://user:password@host:9200', /^https?:\/\//),
  ELASTICSEARCH_PREFIX: prefix('order-gateway-'),
  REDIS_URL: address('redis://user:password@host:6379', /^rediss?:\/\//),
  REDIS_PREFIX: keyPrefix('order-gateway:'),
  TOKEN_SECRET: secrets('one secret or more'),
  PERSONAL_DATA_KEY: secrets('one key or more'),
  SAMPLE_DATA: z.enum(['superstore', 'none'], 'expected superstore or none').optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`).optional(),
  NODE_ENV: z
    .string()
    .refine(
      (value) => value !== 'production',
      'production needs a login, which this release does not have; leave it unset to run on this machine',
    )
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: address('http://host:4318', /^https?:\/\/.+/),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['grpc', 'http/protobuf', 'http/json'], 'expected grpc, http/protobuf or http/json')
    .default('http/protobuf'),
  // Read by OpenTelemetry's exporters themselves.
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  OTEL_METRIC_EXPORT_INTERVAL: wholeNumber(100, 3_600_000).default(60_000),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_SDK_DISABLED: yesOrNo.default(false),
  MAX_MESSAGE_BYTES: wholeNumber(1_024, 16_777_216).default(262_144),
  MAX_SOCKETS: wholeNumber(1, 100_000).default(10_000),
  MAX_OPERATIONS_PER_SOCKET: wholeNumber(1, 10_000).default(100),
})

export type Variables = z.output<typeof variables>
