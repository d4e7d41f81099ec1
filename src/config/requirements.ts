/**
 * Which parts of the service a process runs: all of them (`npm start`), or one (`npm run start:gateway` and the like). `admin` runs none: it looks
 * after an installation that others serve (`npm run admin`).
 */
export type ProcessRole = 'all' | 'gateway' | 'relay' | 'projector' | 'admin'

/** Those that run until they are stopped. */
export type ServiceRole = Exclude<ProcessRole, 'admin'>

/** Set in the environment, but for a part that this release does not have: starting without it would not be what was asked for. */
export const NOT_YET: Readonly<Record<string, string>> = {
  AUTH_JWKS_URL: 'there is no login, and the service listens on loopback only',
  AUTH_JWT_SECRET: 'there is no login, and the service listens on loopback only',
}

/** What the parts share has to be where all of them reach it, once they are processes of their own. */
const SHARED: Readonly<Record<string, string>> = {
  DATABASE_URL: 'the event log',
  KAFKA_BROKERS: 'the bus',
  ELASTICSEARCH_URL: 'the read models',
  TOKEN_SECRET: 'the secret that signs tokens, of at least 32 random characters',
  PERSONAL_DATA_KEY: 'the key to personal data, of at least 32 random characters',
}
/** And no more than that: a relay carries ciphertext and has no use for secrets. */
const NEEDED_BY: Readonly<Record<ProcessRole, readonly string[]>> = {
  all: [],
  admin: [],
  gateway: ['DATABASE_URL', 'KAFKA_BROKERS', 'ELASTICSEARCH_URL', 'TOKEN_SECRET', 'PERSONAL_DATA_KEY'],
  relay: ['DATABASE_URL', 'KAFKA_BROKERS'],
  projector: ['DATABASE_URL', 'KAFKA_BROKERS', 'ELASTICSEARCH_URL', 'PERSONAL_DATA_KEY'],
}
const SASL = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']

/** Variables that are missing, or there in vain, because of which others are set. */
export function missingTogether(set: Readonly<Record<string, unknown>>, role: ProcessRole): readonly string[] {
  const missingOf = (names: readonly string[]) => names.filter((name) => !(name in set))
  const secretsOfDatabase =
    NEEDED_BY[role].length === 0 && 'DATABASE_URL' in set ? ['TOKEN_SECRET', 'PERSONAL_DATA_KEY'] : []
  const sasl = SASL.some((name) => name in set) ? SASL : []
  return [
    ...Object.keys(NOT_YET)
      .filter((name) => name in set)
      .map((name) => `${name}: expected unset: in this release ${NOT_YET[name]}.`),
    ...missingOf(NEEDED_BY[role]).map(
      (name) => `${name}: required by start:${role}: ${SHARED[name]}; the same for every process.`,
    ),
    ...missingOf(secretsOfDatabase).map(
      (name) =>
        `${name}: required with DATABASE_URL (only the embedded database keeps one of its own); set at least 32 random characters, the same for every process.`,
    ),
    ...missingOf(sasl).map(
      (name) => `${name}: required with the other KAFKA_SASL_ variables; set it, or none of them.`,
    ),
  ]
}
