import type { CheckpointStore } from '../bus/checkpointStore.js'
import type { EventBus } from '../bus/eventBus.js'
import type { EventOutbox } from '../bus/eventPublisher.js'
import { type KafkaBus, openKafkaBus } from '../bus/kafka/kafkaBus.js'
import type { LogObserver } from '../bus/logObserver.js'
import type { LogScan } from '../bus/logScan.js'
import { LogSignal } from '../bus/postgresLog/logSignal.js'
import { openPostgresCheckpoints } from '../bus/postgresLog/openPostgresCheckpoints.js'
import { PostgresLogBus } from '../bus/postgresLog/postgresLogBus.js'
import type { LogIdentity } from '../contract/logIdentity.js'
import { type Readiness, reachable, together } from '../health/probes.js'
import type { Assembly } from './assembly.js'
import { KAFKA, whenReachable } from './patience.js'

/** The way of events from the log to projectors. */
export interface Transport {
  readonly bus: EventBus
  /** Set where the bus is Kafka, which relays fill from the log. */
  readonly kafka: { readonly bus: KafkaBus; readonly outbox: EventOutbox } | undefined
  readonly observer: LogObserver
  readonly scan: LogScan
  readonly checkpoints: CheckpointStore
  readonly readiness: Readiness
}

/** signal: rung by the writers of this process, where there are any. */
export async function openTransport(
  assembly: Assembly,
  {
    databaseUrl,
    installationId,
    historyId,
    signal = new LogSignal(),
  }: LogIdentity & { databaseUrl: string; signal?: LogSignal },
): Promise<Transport> {
  const { config, starting } = assembly
  const logger = assembly.logger.child({ part: 'bus' })
  const open = () => openPostgresCheckpoints({ databaseUrl, logger })
  const checkpoints = await whenReachable({ name: 'the event log', variable: 'DATABASE_URL', open }, assembly)
  starting.defer(() => checkpoints.close())
  const log = await PostgresLogBus.open({ databaseUrl, checkpoints, signal, logger })
  starting.defer(() => log.close())
  const { observer, scan, outbox } = log
  const settings = config.kafka
  if (!settings) return { bus: log, kafka: undefined, observer, scan, checkpoints, readiness: together() }

  const bus = await whenReachable(
    { ...KAFKA, open: () => openKafkaBus({ kafka: settings, installationId, historyId, checkpoints, logger }) },
    assembly,
  )
  starting.defer(() => bus.close())
  return {
    bus,
    kafka: { bus, outbox },
    observer,
    scan,
    checkpoints,
    readiness: reachable('Kafka', bus),
  }
}
