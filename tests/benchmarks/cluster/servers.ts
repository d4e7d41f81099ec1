import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { KafkaSettings } from '../../../src/kafka/kafkaClient.js'
import { startStack } from '../../support/stack/startStack.js'
import { discardDataDir, makeTestFolder } from '../../support/throwAwayServer.js'

/** The cluster profile's servers, for one benchmark. */
export interface ClusterServers {
  /** Topics and groups of their own at each call. */
  kafka(): KafkaSettings
  /** Indices of their own at each call. */
  elasticsearch(): { readonly url: string; readonly prefix: string }
  /** For a whole service on stores of its own. */
  environment(): Readonly<Record<string, string>>
  stop(): Promise<void>
}

const PARTITIONS = 6

/** Throws where this machine cannot run one of them: what is missing, and what to install. */
export async function startClusterServers(logger: Logger): Promise<ClusterServers> {
  const directory = await makeTestFolder()
  const stack = await startStack({ directory, logger, purpose: 'measure', parts: ['kafka', 'elasticsearch', 'redis'] })
  const stop = async (): Promise<void> => {
    await stack.stop()
    await discardDataDir(directory)
  }
  const { kafka, elasticsearch, redis } = stack.parts
  if (!kafka || !elasticsearch || !redis) {
    await stop()
    throw new Error(`This machine lacks servers of the cluster: ${JSON.stringify(stack.missing)}`)
  }
  const fresh = (separator: string) => `bench-${randomUUID()}${separator}`
  return {
    kafka: () => ({
      brokers: [kafka.address],
      prefix: fresh('.'),
      partitions: PARTITIONS,
      replicationFactor: -1,
      tls: false,
    }),
    elasticsearch: () => ({ url: elasticsearch.address, prefix: fresh('-') }),
    environment: () => ({
      KAFKA_BROKERS: kafka.address,
      KAFKA_PREFIX: fresh('.'),
      ELASTICSEARCH_URL: elasticsearch.address,
      ELASTICSEARCH_PREFIX: fresh('-'),
      REDIS_URL: redis.address,
      REDIS_PREFIX: fresh(':'),
    }),
    stop,
  }
}
