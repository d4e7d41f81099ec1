import { Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import type { Logger } from 'pino'
import './idleConnections.js'
import { libraryLog } from './libraryLog.js'

export interface KafkaSettings {
  /** `host:port`, one or more of the cluster. */
  readonly brokers: readonly string[]
  /** In front of every topic and consumer group. */
  readonly prefix: string
  /** Of each topic of events. More of them later would move keys, and with them the order of a stream would be lost. */
  readonly partitions: number
  /** Of topics that are made; -1 is the broker's own default. */
  readonly replicationFactor: number
  readonly tls: boolean
  readonly sasl?: KafkaCredentials
}

export interface KafkaCredentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}

/**
 * Said in full and not left to the library: it has other defaults where NODE_ENV is "test", and its pauses of up to 30 seconds outlast the
 * restart of a broker by far. Whoever gives up after these tries (about 6 seconds) begins again with a new client.
 */
const RETRY = { initialRetryTime: 200, multiplier: 2, factor: 0.2, maxRetryTime: 2_000, retries: 5 }

/** Connects when it is first used. */
export function createKafka(settings: KafkaSettings, logger: Logger): Kafka {
  return new Kafka({
    clientId: 'order-gateway',
    brokers: [...settings.brokers],
    ssl: settings.tls,
    ...(settings.sasl && { sasl: saslOptions(settings.sasl) }),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: RETRY,
    logLevel: logLevel.INFO,
    logCreator: libraryLog(logger),
  })
}

/** The library's type wants each mechanism apart. */
function saslOptions({ mechanism, username, password }: KafkaCredentials): NonNullable<KafkaConfig['sasl']> {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password }
    case 'scram-sha-256':
      return { mechanism, username, password }
    case 'scram-sha-512':
      return { mechanism, username, password }
  }
}
