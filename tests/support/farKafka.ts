import { connect } from 'node:net'
import { Kafka, logLevel } from 'kafkajs'
import { KafkaBus } from '../../src/bus/kafka/kafkaBus.js'
import { type CuttableProxy, startCuttableProxy } from './cuttableProxy.js'
import type { KafkaLog } from './kafkaLog.js'

export interface FarBus {
  readonly bus: KafkaBus
  readonly proxy: CuttableProxy
  /** As if the broker were gone, or back again: new connections are refused or not. */
  setReachable(reachable: boolean): void
  close(): Promise<void>
}

/** The bus of `near` once more, over a network that fails when told to: whatever address the broker gives out, connections go by the proxy. */
export async function openFarBus(log: KafkaLog, near: KafkaBus): Promise<FarBus> {
  const { settings, installationId, checkpoints, logger } = log
  const proxy = await startCuttableProxy(`kafka://${settings.brokers[0]}`)
  let port = Number(new URL(proxy.url).port)
  const kafka = new Kafka({
    brokers: [...settings.brokers],
    logLevel: logLevel.NOTHING,
    requestTimeout: 2_000,
    retry: { initialRetryTime: 50, maxRetryTime: 200, retries: 3 },
    socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port }, onConnect),
  })
  const admin = kafka.admin()
  await admin.connect()
  const { destination } = near.publisher()
  const bus = new KafkaBus({ kafka: settings, installationId, checkpoints, logger }, kafka, admin, destination)
  return {
    bus,
    proxy,
    setReachable(reachable) {
      // Nobody listens on port 1.
      port = reachable ? Number(new URL(proxy.url).port) : 1
      if (!reachable) proxy.cut()
    },
    async close() {
      await bus.close()
      await proxy.close()
    },
  }
}
