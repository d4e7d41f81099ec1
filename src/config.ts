import { z } from 'zod'

/** What the service was asked to be. Made by `parseConfig` alone; nothing else reads the environment. */
export interface Config {
  /** Address to listen on; loopback only, as long as there is no login. */
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** Folder of the embedded PostgreSQL and of the secrets made for it. */
  readonly dataDir: string
  readonly database: { readonly kind: 'embedded' } | { readonly kind: 'external'; readonly url: string }
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
  KAFKA_BROKERS: 'the event log itself is the bus',
  ELASTICSEARCH_URL: 'the read store is PostgreSQL',
  REDIS_URL: 'there is no cache beside the read store',
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
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/.+/, 'expected an address like postgresql://user:password@host:5432/database')
    .optional(),
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

/** Pure. An empty variable counts as unset. Throws InvalidEnvironment with all faults. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = variables.safeParse(set)
  const faults = [
    ...(parsed.error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')}: ${message}; found ${shown(path[0], set)}.`,
    ),
    ...Object.keys(NOT_YET).flatMap((name) =>
      name in set ? [`${name}: expected unset: in this release ${NOT_YET[name]}.`] : [],
    ),
    ...('DATABASE_URL' in set ? ['TOKEN_SECRET', 'PERSONAL_DATA_KEY'] : []).flatMap((name) =>
      name in set
        ? []
        : [
            `${name}: required with DATABASE_URL (only the embedded database keeps one of its own); set at least 32 random characters.`,
          ],
    ),
  ]
  if (!parsed.success || faults.length > 0) throw new InvalidEnvironment(faults)
  const { data } = parsed
  return {
    host: data.HOST,
    port: data.PORT,
    dataDir: data.DATA_DIR,
    database: data.DATABASE_URL === undefined ? { kind: 'embedded' } : { kind: 'external', url: data.DATABASE_URL },
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

/** What was found, without giving a secret away. */
function shown(name: PropertyKey | undefined, set: Readonly<Record<string, string | undefined>>): string {
  const secret = name === 'TOKEN_SECRET' || name === 'PERSONAL_DATA_KEY' || name === 'DATABASE_URL'
  return secret ? 'something else' : JSON.stringify(set[String(name)])
}
