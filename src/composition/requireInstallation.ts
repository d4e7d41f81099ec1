import { topicsAreThere } from '../bus/kafka/topicsAreThere.js'
import { indicesAreThere } from '../read/elasticsearch/indicesAreThere.js'
import { readModelsAreThere } from '../read/postgres/readModelsAreThere.js'
import { logIsThere } from '../write/index.js'
import type { Assembly } from './assembly.js'
import { KAFKA, THE_LOG, whenReachable } from './patience.js'

/** What the environment names holds no installation: an admin command looks after one, and never makes one. The message is one line. */
export class NoInstallation extends Error {
  override readonly name = 'NoInstallation'
  readonly code = 'NO_INSTALLATION'
}

/** Throws NoInstallation, and DependencyMissing where the database does not answer. */
export async function requireLog(databaseUrl: string, assembly: Assembly): Promise<void> {
  const open = () => logIsThere(databaseUrl)
  if (await whenReachable({ name: 'the event log', variable: 'DATABASE_URL', open }, assembly)) return
  const { host, pathname } = new URL(databaseUrl)
  throw nothingIn(`the database ${pathname.slice(1)} at ${host}`, 'DATABASE_URL')
}

/** The stores beside the log: an open makes what is missing there, and a wrong prefix would make an installation that is empty. */
export async function requireStores(assembly: Assembly, databaseUrl: string): Promise<void> {
  const { kafka, elasticsearch } = assembly.config
  if (kafka) {
    const open = () => topicsAreThere(kafka, assembly.logger)
    if (!(await whenReachable({ ...KAFKA, open }, assembly))) {
      throw nothingIn(`topics that begin with "${kafka.prefix}"`, 'KAFKA_PREFIX')
    }
  }
  if (elasticsearch) {
    const open = () => indicesAreThere(elasticsearch)
    const isThere = await whenReachable({ name: 'Elasticsearch', variable: 'ELASTICSEARCH_URL', open }, assembly)
    if (!isThere) throw nothingIn(`indices that begin with "${elasticsearch.prefix}"`, 'ELASTICSEARCH_PREFIX')
  } else {
    const open = () => readModelsAreThere(databaseUrl, assembly.logger)
    if (!(await whenReachable({ ...THE_LOG, name: 'the database of the read models', open }, assembly))) {
      throw new NoInstallation(
        'Expected read models in the database of DATABASE_URL, found none: set ELASTICSEARCH_URL where they are in Elasticsearch, or start the service once.',
      )
    }
  }
}

function nothingIn(place: string, variable: string): NoInstallation {
  return new NoInstallation(
    `Expected an installation in ${place}, found none: correct ${variable}, or start the service there once.`,
  )
}
